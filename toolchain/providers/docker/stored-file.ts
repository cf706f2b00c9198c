import type { ResourceType } from "../protocol/resource-type.ts";
import { Secret } from "../protocol/value.ts";
import type { PropertyMap, Value } from "../protocol/value.ts";
import type { DockerClient } from "./api/docker-client.ts";
import { DockerError } from "./api/docker-client.ts";
import { fault } from "./api/faults.ts";
import { object, text } from "./api/json.ts";
import type { JsonObject } from "./api/json.ts";
import { labelsFromApi, labelsToApi } from "./labels.ts";
import { plan } from "./plan/plan.ts";
import { refreshedInputs } from "./plan/refreshed-inputs.ts";
import { thinkWith } from "./resource-base.ts";
import type { ResourceSchema } from "./schema/field.ts";

/** What Swarm keeps as a file for services: its secrets and configs work alike. */
export interface StoredFileKind {
  readonly schema: ResourceSchema;
  /** The API's collection, as `/secrets`. */
  readonly collection: "/secrets" | "/configs";
  /** The state's properties beside the name and labels. */
  content(known: PropertyMap, api: JsonObject): PropertyMap;
}

/** A resource type for secrets or configs. */
export function storedFileType(kind: StoredFileKind, docker: () => DockerClient): ResourceType {
  const { schema, collection } = kind;
  const thinking = thinkWith(schema);
  const encrypted = (properties: PropertyMap): PropertyMap => wrapSecrets(schema, properties);
  return {
    ...thinking,
    create: async ({ inputs, preview }, { signal }) => {
      const planned = plan(schema.fields, inputs);
      if (preview) {
        const { id, properties } = thinking.previewCreate(inputs);
        return { id, properties: encrypted(properties) };
      }
      try {
        const body = { Name: planned["name"], Data: planned["data"], Labels: labelsToApi(planned["labels"]) };
        const created = await docker().json({ method: "POST", path: `${collection}/create`, body, signal });
        const id = text(object(created)["ID"]);
        return { id, properties: encrypted(thinking.finished(id, planned)) };
      } catch (error) {
        throw fault(error);
      }
    },
    read: async ({ id, state, inputs }) => {
      const found = await find(docker(), `${collection}/${encodeURIComponent(id)}`);
      if (found === undefined) return undefined;
      const spec = object(found["Spec"]);
      const properties = {
        ...kind.content(state, spec),
        labels: labelsFromApi(spec["Labels"]),
        name: text(spec["Name"]),
      };
      return {
        id,
        properties: encrypted(thinking.finished(id, properties)),
        inputs: encrypted(refreshedInputs(schema.fields, inputs, properties)),
      };
    },
    delete: async ({ id }, { urn }) => {
      try {
        await docker().json({ method: "DELETE", path: `${collection}/${encodeURIComponent(id)}` });
      } catch (error) {
        throw fault(error, "deleting", urn);
      }
    },
  };
}

function wrapSecrets(schema: ResourceSchema, properties: PropertyMap): PropertyMap {
  const wrap = (key: string, value: Value | undefined): Value | undefined => {
    const field = schema.fields[key];
    const isSecret = field !== undefined && "secret" in field && typeof value === "string";
    return isSecret ? new Secret(value) : value;
  };
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, wrap(key, value)]));
}

async function find(docker: DockerClient, path: string): Promise<JsonObject | undefined> {
  try {
    return object(await docker.json({ method: "GET", path }));
  } catch (error) {
    if (error instanceof DockerError && error.status === 404) return undefined;
    throw error;
  }
}
