import { createHash } from "node:crypto";
import type { CheckFailure, CheckRequest, CheckResult } from "../../protocol/resource-type.ts";
import { isList, isPropertyMap, Secret, unknown } from "../../protocol/value.ts";
import type { PropertyMap, Value } from "../../protocol/value.ts";
import type { BlockField, BlocksField, Field, Fields, ResourceSchema, ScalarField } from "../schema/field.ts";
import { brokenRule } from "./rules.ts";

/** Where a property is: in the program's spelling and in Terraform's, which the official messages use. */
interface Place {
  readonly path: string;
  readonly terraformPath: string;
}

/**
 * Checks the inputs and fills in defaults and the name. `__defaults` lists what was filled in, as the official plugin
 * does it: a generated name is kept from the last time by that.
 */
export function checkResource(
  schema: ResourceSchema,
  request: CheckRequest,
  logicalName: string,
): CheckResult {
  const failures: CheckFailure[] = [];
  const root = { path: logicalName, terraformPath: "" };
  const checked = checkFields(schema.fields, request.news, root, failures);
  const inputs =
    checked["name"] === undefined || checked["name"] === null
      ? withName(checked, request, logicalName)
      : checked;
  return { inputs, failures };
}

function withName(inputs: PropertyMap, request: CheckRequest, logicalName: string): PropertyMap {
  const wasGenerated = listed(request.olds["__defaults"]).includes("name");
  const digits = createHash("sha256").update(request.randomSeed).digest("hex").slice(0, 7);
  const name = (wasGenerated ? request.olds["name"] : undefined) ?? `${logicalName}-${digits}`;
  return { ...inputs, __defaults: [...listed(inputs["__defaults"]), "name"].sort(), name };
}

function listed(value: Value | undefined): readonly Value[] {
  return isList(value) ? value : [];
}

function checkFields(
  fields: Fields,
  given: PropertyMap,
  place: Place,
  failures: CheckFailure[],
): PropertyMap {
  for (const key of Object.keys(given)) {
    if (key !== "__defaults" && !(key in fields))
      failures.push(refusal(`${place.path}.${key}`, "does not know this property"));
  }
  const defaults: string[] = [];
  const checked: Record<string, Value> = {};
  for (const [key, field] of Object.entries(fields)) {
    const at = { path: `${place.path}.${key}`, terraformPath: terraformPath(place, key, field) };
    const value = given[key];
    if (value !== undefined && value !== null) {
      checked[key] = checkValue(field, value, at, failures);
    } else if (isScalar(field) && field.default !== undefined) {
      checked[key] = field.default;
      defaults.push(key);
    } else if (field.required === true) {
      failures.push(missing(at));
    }
  }
  return { __defaults: defaults.sort(), ...checked };
}

function isScalar(field: Field): field is ScalarField {
  return field.kind === "string" || field.kind === "int" || field.kind === "bool";
}

function terraformPath(place: Place, key: string, field: Field): string {
  const own = field.terraformName ?? key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return place.terraformPath === "" ? own : `${place.terraformPath}.${own}`;
}

function checkValue(field: Field, value: Value, place: Place, failures: CheckFailure[]): Value {
  if (field.unsupported === true) failures.push(refusal(place.path, "does not support this property"));
  if (field.outputOnly === true)
    failures.push(refusal(place.path, "computes this property, it cannot be given"));
  if (value === unknown || field.unsupported === true) return value;
  const plain = value instanceof Secret ? value.value : value;
  switch (field.kind) {
    case "string":
    case "int":
    case "bool":
      return checkScalar(field, plain, place, failures);
    case "texts":
      if (isList(plain)) return plain;
      break;
    case "map":
      if (isPropertyMap(plain)) return plain;
      break;
    case "block":
      if (isPropertyMap(plain)) return checkFields(field.fields, plain, inside(place, 0), failures);
      break;
    case "blocks":
      if (isList(plain))
        return plain.map((element, index) => checkElement(field, element, place, index, failures));
  }
  failures.push(wrongType(field, place));
  return plain;
}

function checkElement(
  field: BlocksField,
  element: Value,
  place: Place,
  index: number,
  failures: CheckFailure[],
): Value {
  const at = { path: `${place.path}[${index}]`, terraformPath: `${place.terraformPath}.${index}` };
  if (element === unknown) return element;
  if (isPropertyMap(element)) return checkFields(field.fields, element, at, failures);
  failures.push(wrongType({ kind: "block", fields: {} }, at));
  return element;
}

/** A block is a list of one in Terraform, so its index is part of the path there. */
function inside(place: Place, index: number): Place {
  return { path: place.path, terraformPath: `${place.terraformPath}.${index}` };
}

const typeNames: Record<ScalarField["kind"], string> = { string: "string", int: "number", bool: "boolean" };

function checkScalar(field: ScalarField, value: Value, place: Place, failures: CheckFailure[]): Value {
  if (value === unknown) return value;
  if (typeof value !== typeNames[field.kind]) {
    failures.push(wrongType(field, place));
    return value;
  }
  const broken =
    field.rule === undefined || typeof value !== "string" ? undefined : brokenRule(field.rule, value);
  if (broken !== undefined) failures.push({ reason: `${broken}. Examine values at '${place.path}'.` });
  return field.secret === true ? new Secret(value) : value;
}

function refusal(path: string, why: string): CheckFailure {
  return {
    reason: `The stand-in docker provider ${why}. Examine values at '${path}', or use the official docker plugin.`,
  };
}

function missing(place: Place): CheckFailure {
  return {
    reason:
      `Missing required argument. The argument "${place.terraformPath}" is required, but no definition was found.. ` +
      `Examine values at '${place.path}'.`,
  };
}

function wrongType(field: Field | BlockField, place: Place): CheckFailure {
  const wanted = { string: "a text", int: "a number", bool: "true or false", texts: "a list of texts" };
  const name =
    field.kind === "block" || field.kind === "map"
      ? "an object"
      : field.kind === "blocks"
        ? "a list of objects"
        : wanted[field.kind];
  return { reason: `Incorrect type: ${name} is wanted. Examine values at '${place.path}'.` };
}
