import { autoname, labelFields } from "./field.ts";
import type { ResourceSchema } from "./field.ts";

/** `docker.Network`: every change is a replacement. */
export const networkSchema: ResourceSchema = {
  token: "docker:index/network:Network",
  schemaVersion: "1",
  stables: [
    "attachable",
    "driver",
    "ingress",
    "internal",
    "ipamConfigs",
    "ipamDriver",
    "ipamOptions",
    "ipv6",
    "labels",
    "name",
    "options",
  ],
  fields: {
    attachable: { kind: "bool", replace: true },
    driver: { kind: "string", computed: true, replace: true },
    ingress: { kind: "bool", replace: true, unsupported: true },
    internal: { kind: "bool", computed: true, replace: true },
    ipamConfigs: {
      kind: "blocks",
      set: true,
      computed: true,
      replace: true,
      fields: {
        auxAddress: { kind: "map" },
        gateway: { kind: "string" },
        ipRange: { kind: "string" },
        subnet: { kind: "string" },
      },
    },
    ipamDriver: { kind: "string", default: "default", replace: true },
    ipamOptions: { kind: "map", replace: true, unsupported: true },
    ipv6: { kind: "bool", replace: true, unsupported: true },
    labels: { kind: "blocks", set: true, replace: true, fields: labelFields },
    name: autoname,
    options: { kind: "map", computed: true, replace: true },
    scope: { kind: "string", computed: true, outputOnly: true },
  },
};
