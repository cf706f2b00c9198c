import type { ResourceType } from "../protocol/resource-type.ts";
import type { PropertyMap } from "../protocol/value.ts";
import type { DockerClient } from "./api/docker-client.ts";
import { text } from "./api/json.ts";
import type { JsonObject } from "./api/json.ts";
import { serviceConfigSchema } from "./schema/service-config.ts";
import { storedFileType } from "./stored-file.ts";

/** `docker.ServiceConfig`. */
export function serviceConfigType(docker: () => DockerClient): ResourceType {
  const kind = {
    schema: serviceConfigSchema,
    collection: "/configs",
    content: (_known: PropertyMap, api: JsonObject) => ({ data: text(api["Data"]), dataRaw: null }),
  } as const;
  return storedFileType(kind, docker);
}
