import { autoname, duration, labelFields } from "./field.ts";
import type { Fields, ResourceSchema } from "./field.ts";
import { taskSpecFields } from "./task-spec.ts";

function rolloutFields(failureActions: string, orders: string): Fields {
  return {
    delay: { kind: "string", default: "0s", rule: duration },
    failureAction: { kind: "string", default: "pause", rule: { pattern: failureActions } },
    maxFailureRatio: { kind: "string", default: "0.0", rule: { ratio: true } },
    monitor: { kind: "string", default: "5s", rule: duration },
    order: { kind: "string", default: "stop-first", rule: { pattern: orders } },
    parallelism: { kind: "int", default: 1 },
  };
}

const portFields: Fields = {
  name: { kind: "string" },
  protocol: { kind: "string", default: "tcp", rule: { pattern: "^(tcp|udp|sctp)$" } },
  publishMode: { kind: "string", default: "ingress", rule: { pattern: "^(host|ingress)$" } },
  publishedPort: { kind: "int", computed: true },
  targetPort: { kind: "int", required: true },
};

/** `docker.Service`: a Swarm service; everything but its name is updated in place. */
export const serviceSchema: ResourceSchema = {
  token: "docker:index/service:Service",
  schemaVersion: "2",
  stables: ["auth", "mode", "name"],
  fields: {
    auth: { kind: "block", unsupported: true, fields: {} },
    convergeConfig: {
      kind: "block",
      fields: {
        delay: { kind: "string", default: "7s", rule: duration },
        timeout: { kind: "string", default: "3m", rule: duration },
      },
    },
    endpointSpec: {
      kind: "block",
      computed: true,
      fields: {
        mode: { kind: "string", computed: true, rule: { pattern: "^(vip|dnsrr)$" } },
        ports: { kind: "blocks", fields: portFields },
      },
    },
    labels: { kind: "blocks", set: true, computed: true, fields: labelFields },
    mode: {
      kind: "block",
      computed: true,
      fields: {
        global: { kind: "bool", quietDefault: false },
        replicated: { kind: "block", computed: true, fields: { replicas: { kind: "int", default: 1 } } },
      },
    },
    name: autoname,
    rollbackConfig: { kind: "block", fields: rolloutFields("(pause|continue)", "(stop-first|start-first)") },
    taskSpec: { kind: "block", required: true, terraformName: "task_spec", fields: taskSpecFields },
    updateConfig: {
      kind: "block",
      fields: rolloutFields("^(pause|continue|rollback)$", "^(stop-first|start-first)$"),
    },
  },
};
