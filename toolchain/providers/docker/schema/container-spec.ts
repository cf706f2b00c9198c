import { duration, labelFields } from "./field.ts";
import type { Fields } from "./field.ts";

/** Where a secret or config appears in the container. */
const fileFields: Fields = {
  fileGid: { kind: "string", default: "0" },
  fileMode: { kind: "int", default: 0o444 },
  fileName: { kind: "string", required: true },
  fileUid: { kind: "string", default: "0" },
};

const mountFields: Fields = {
  bindOptions: {
    kind: "block",
    fields: {
      propagation: {
        kind: "string",
        default: "rprivate",
        rule: { pattern: "^(private|rprivate|shared|rshared|slave|rslave)$" },
      },
    },
  },
  readOnly: { kind: "bool" },
  source: { kind: "string" },
  target: { kind: "string", required: true },
  tmpfsOptions: { kind: "block", fields: { mode: { kind: "int" }, sizeBytes: { kind: "int" } } },
  type: { kind: "string", required: true, rule: { pattern: "^(bind|volume|tmpfs)$" } },
  volumeOptions: { kind: "block", unsupported: true, fields: {} },
};

const healthcheckFields: Fields = {
  interval: { kind: "string", default: "0s", rule: duration },
  retries: { kind: "int", quietDefault: 0 },
  startPeriod: { kind: "string", default: "0s", rule: duration },
  tests: { kind: "texts", terraformName: "test" },
  timeout: { kind: "string", default: "0s", rule: duration },
};

/** `taskSpec.containerSpec` of a service. */
export const containerSpecFields: Fields = {
  args: { kind: "texts" },
  capAdds: { kind: "texts", terraformName: "cap_add" },
  capDrops: { kind: "texts", terraformName: "cap_drop" },
  commands: { kind: "texts", terraformName: "command" },
  configs: {
    kind: "blocks",
    set: true,
    fields: { ...fileFields, configId: { kind: "string", required: true }, configName: { kind: "string" } },
  },
  dir: { kind: "string" },
  dnsConfig: {
    kind: "block",
    computed: true,
    fields: {
      nameservers: { kind: "texts", required: true },
      options: { kind: "texts" },
      searches: { kind: "texts", terraformName: "search" },
    },
  },
  env: { kind: "map", showsWhenNull: true },
  groups: { kind: "texts" },
  healthcheck: { kind: "block", computed: true, fields: healthcheckFields },
  hostname: { kind: "string" },
  hosts: {
    kind: "blocks",
    set: true,
    replace: "hidden",
    fields: { host: { kind: "string", required: true }, ip: { kind: "string", required: true } },
  },
  image: { kind: "string", required: true },
  init: { kind: "bool", computed: true },
  isolation: { kind: "string", default: "default", rule: { pattern: "^(default|process|hyperv)$" } },
  labels: { kind: "blocks", set: true, fields: labelFields },
  mounts: { kind: "blocks", set: true, fields: mountFields },
  privileges: { kind: "block", unsupported: true, fields: {} },
  readOnly: { kind: "bool" },
  secrets: {
    kind: "blocks",
    set: true,
    fields: { ...fileFields, secretId: { kind: "string", required: true }, secretName: { kind: "string" } },
  },
  stopGracePeriod: { kind: "string", computed: true, rule: duration },
  stopSignal: { kind: "string" },
  sysctl: { kind: "map", showsWhenNull: true },
  user: { kind: "string" },
};
