import { containerSpecFields } from "./container-spec.ts";
import { duration } from "./field.ts";
import type { Fields } from "./field.ts";

/** `taskSpec` of a service. */
export const taskSpecFields: Fields = {
  containerSpec: { kind: "block", required: true, fields: containerSpecFields },
  forceUpdate: { kind: "int", computed: true },
  logDriver: {
    kind: "block",
    fields: { name: { kind: "string", required: true }, options: { kind: "map" } },
  },
  networksAdvanceds: {
    kind: "blocks",
    set: true,
    replace: "hidden",
    terraformName: "networks_advanced",
    fields: {
      aliases: { kind: "texts", set: true },
      driverOpts: { kind: "texts", set: true, unsupported: true },
      id: { kind: "string" },
      name: { kind: "string" },
    },
  },
  placement: {
    kind: "block",
    computed: true,
    fields: {
      constraints: { kind: "texts", set: true },
      maxReplicas: { kind: "int" },
      platforms: {
        kind: "blocks",
        set: true,
        fields: { architecture: { kind: "string", required: true }, os: { kind: "string", required: true } },
      },
      prefs: { kind: "texts", set: true, unsupported: true },
    },
  },
  resources: {
    kind: "block",
    computed: true,
    fields: {
      limits: { kind: "block", fields: { memoryBytes: { kind: "int" }, nanoCpus: { kind: "int" } } },
      reservation: {
        kind: "block",
        fields: {
          genericResources: { kind: "block", unsupported: true, fields: {} },
          memoryBytes: { kind: "int" },
          nanoCpus: { kind: "int" },
        },
      },
    },
  },
  restartPolicy: {
    kind: "block",
    computed: true,
    fields: {
      condition: { kind: "string", rule: { pattern: "^(none|on-failure|any)$" } },
      delay: { kind: "string", rule: duration },
      maxAttempts: { kind: "int" },
      window: { kind: "string", rule: duration },
    },
  },
  runtime: { kind: "string", computed: true, rule: { pattern: "^(container|plugin)$" } },
};
