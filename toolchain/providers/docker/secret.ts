import type { ResourceType } from "../protocol/resource-type.ts";
import type { PropertyMap } from "../protocol/value.ts";
import type { DockerClient } from "./api/docker-client.ts";
import { secretSchema } from "./schema/secret.ts";
import { storedFileType } from "./stored-file.ts";

/** `docker.Secret`. Docker never shows a secret's data again, so a refresh keeps what the state knows. */
export function secretType(docker: () => DockerClient): ResourceType {
  const kind = {
    schema: secretSchema,
    collection: "/secrets",
    content: (known: PropertyMap) => ({ data: known["data"] ?? null }),
  } as const;
  return storedFileType(kind, docker);
}
