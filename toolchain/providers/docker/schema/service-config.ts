import { autoname, labelFields } from "./field.ts";
import type { ResourceSchema } from "./field.ts";

/** `docker.ServiceConfig`: `data` is base64 and readable by everybody; every change is a replacement. */
export const serviceConfigSchema: ResourceSchema = {
  token: "docker:index/serviceConfig:ServiceConfig",
  stables: ["data", "dataRaw", "labels", "name"],
  fields: {
    data: { kind: "string", required: true, replace: true, rule: { base64: true } },
    dataRaw: { kind: "string", replace: true, unsupported: true },
    labels: { kind: "blocks", set: true, replace: true, fields: labelFields },
    name: autoname,
  },
};
