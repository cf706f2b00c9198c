import { autoname, labelFields } from "./field.ts";
import type { ResourceSchema } from "./field.ts";

/** `docker.Secret`: `data` is base64 and secret; every change is a replacement. */
export const secretSchema: ResourceSchema = {
  token: "docker:index/secret:Secret",
  schemaVersion: "1",
  stables: ["data", "labels", "name"],
  fields: {
    data: { kind: "string", required: true, replace: true, secret: true, rule: { base64: true } },
    labels: { kind: "blocks", set: true, replace: true, fields: labelFields },
    name: autoname,
  },
};
