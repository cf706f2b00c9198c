import type {
  CheckRequest,
  CheckResult,
  CreateResult,
  DiffRequest,
  DiffResult,
} from "../protocol/resource-type.ts";
import { unknown } from "../protocol/value.ts";
import type { PropertyMap } from "../protocol/value.ts";
import { checkResource } from "./plan/check.ts";
import { diffResource } from "./plan/diff.ts";
import { plan } from "./plan/plan.ts";
import type { ResourceSchema } from "./schema/field.ts";

/** What every resource type of this provider answers from its schema alone, without asking Docker. */
export interface Thinking {
  readonly token: string;
  check(request: CheckRequest, context: { readonly name: string }): CheckResult;
  diff(request: DiffRequest): DiffResult;
  /** What a preview of a create answers: no id, and unknown what only Docker can know. */
  previewCreate(inputs: PropertyMap): CreateResult;
  /** A finished resource's properties, with the schema version that Terraform keeps. */
  finished(id: string, properties: PropertyMap): PropertyMap;
}

/** Builds the thinking half of a resource type. */
export function thinkWith(schema: ResourceSchema): Thinking {
  const meta =
    schema.schemaVersion === undefined
      ? {}
      : { __meta: JSON.stringify({ schema_version: schema.schemaVersion }) };
  return {
    token: schema.token,
    check: (request, context) => checkResource(schema, request, context.name),
    diff: (request) => diffResource(schema, request),
    previewCreate: (inputs) => ({ id: "", properties: { ...plan(schema.fields, inputs), id: unknown } }),
    finished: (id, properties) => ({ ...meta, ...properties, id }),
  };
}
