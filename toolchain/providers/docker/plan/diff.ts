import type { DiffRequest, DiffResult, PropertyChange } from "../../protocol/resource-type.ts";
import { isList, isPropertyMap, unknown } from "../../protocol/value.ts";
import type { Value } from "../../protocol/value.ts";
import type { BlocksField, Field, Fields, ResourceSchema } from "../schema/field.ts";
import { plan } from "./plan.ts";
import { Changes, type Triple } from "./changes.ts";
import { diffSet } from "./set-diff.ts";
import { canonical, isZero } from "./zero.ts";

/** The difference between the state and the inputs, as the official plugin answers it. */
export function diffResource(schema: ResourceSchema, request: DiffRequest): DiffResult {
  const changes = new Changes();
  const planned = plan(schema.fields, request.news, request.state);
  diffFields(schema.fields, { old: request.state, planned, given: request.news }, "", false, changes);
  for (const path of changes.byPath.keys()) {
    if (
      request.ignoreChanges.some(
        (ignored) => path === ignored || path.startsWith(`${ignored}.`) || path.startsWith(`${ignored}[`),
      )
    ) {
      changes.byPath.delete(path);
    }
  }
  if (changes.byPath.size === 0) return { changes: "none", stables: schema.stables, detailedDiff: {} };
  for (const path of changes.quirks) changes.add(path, "ADD", false);
  for (const [path, kind] of changes.byPath) {
    if (kind.endsWith("_REPLACE")) changes.replaces.add(topLevel(path));
  }
  const replaces = [...changes.replaces].sort();
  const hidden = replaces.filter((key) => key.startsWith("__"));
  const named = !namesOf(request.news["__defaults"]).includes("name");
  return {
    changes: "some",
    diffs: [...new Set([...hidden, ...[...changes.byPath.keys()].map(topLevel)])].sort(),
    replaces,
    stables: schema.stables.filter((key) => !replaces.includes(key)),
    deleteBeforeReplace: replaces.length > 0 && named,
    detailedDiff: Object.fromEntries(
      [...changes.byPath].map(([path, kind]): [string, PropertyChange] => [path, { kind }]),
    ),
  };
}

function topLevel(path: string): string {
  return path.split(/[.[]/, 1)[0] ?? path;
}

function namesOf(value: Value | undefined): readonly Value[] {
  return isList(value) ? value : [];
}

/** Compares an object with known properties. */
export function diffFields(
  fields: Fields,
  triple: Triple,
  path: string,
  replace: boolean,
  changes: Changes,
): void {
  for (const [key, field] of Object.entries(fields)) {
    const at = path === "" ? key : `${path}.${key}`;
    const inner = {
      old: property(triple.old, key),
      planned: property(triple.planned, key),
      given: property(triple.given, key),
    };
    diffValue(field, inner, at, replace || field.replace === true, changes);
  }
}

function property(value: Value | undefined, key: string): Value | undefined {
  return isPropertyMap(value) ? value[key] : undefined;
}

function diffValue(field: Field, triple: Triple, path: string, replace: boolean, changes: Changes): void {
  const { old, planned, given } = triple;
  if (field.kind === "map" && field.showsWhenNull === true && old === null && given === undefined)
    changes.quirks.push(path);
  if (given === undefined && field.computed === true) return;
  if (planned === unknown) {
    changes.add(path, "UPDATE", replace);
    return;
  }
  if ((isZero(old) && isZero(planned)) || canonical(old) === canonical(planned)) return;
  if (
    field.kind === "string" &&
    field.rule !== undefined &&
    "ratio" in field.rule &&
    Number(old) === Number(planned)
  )
    return;
  if (old === null || old === undefined || (field.kind === "texts" && isEmptyList(old))) {
    changes.add(path, "ADD", replace);
    return;
  }
  if (planned === null || planned === undefined || (isZero(planned) && given === undefined && isList(old))) {
    changes.add(path, "DELETE", replace);
    return;
  }
  diffPresent(field, { old, planned, given }, path, replace, changes);
}

function isEmptyList(value: Value): boolean {
  return isList(value) && value.length === 0;
}

function diffPresent(field: Field, triple: Triple, path: string, replace: boolean, changes: Changes): void {
  switch (field.kind) {
    case "string":
    case "int":
    case "bool":
      changes.add(path, "UPDATE", replace);
      return;
    case "map":
      diffMap(triple, path, replace, changes);
      return;
    case "block":
      diffFields(field.fields, triple, path, replace, changes);
      return;
    case "texts":
      if (field.set === true)
        diffSet(diffFields, { kind: "blocks", set: true, fields: {} }, triple, path, replace, changes);
      else diffTexts(triple, path, replace, changes);
      return;
    case "blocks":
      if (field.set === true) diffSet(diffFields, field, triple, path, replace, changes);
      else diffBlocks(field, triple, path, replace, changes);
  }
}

function diffMap({ old, planned }: Triple, path: string, replace: boolean, changes: Changes): void {
  if (!isPropertyMap(old) || !isPropertyMap(planned)) return;
  for (const key of new Set([...Object.keys(old), ...Object.keys(planned)])) {
    const at = /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) ? `${path}.${key}` : `${path}["${key}"]`;
    if (!(key in old)) changes.add(at, "ADD", replace);
    else if (!(key in planned)) changes.add(at, "DELETE", replace);
    else if (canonical(old[key]) !== canonical(planned[key])) changes.add(at, "UPDATE", replace);
  }
}

function diffTexts({ old, planned }: Triple, path: string, replace: boolean, changes: Changes): void {
  if (!isList(old) || !isList(planned)) return;
  for (let index = 0; index < Math.max(old.length, planned.length); index++) {
    const at = `${path}[${index}]`;
    if (index >= old.length) changes.add(at, "ADD", replace);
    else if (index >= planned.length) changes.add(at, "DELETE", replace);
    else if (planned[index] !== old[index]) changes.add(at, "UPDATE", replace);
  }
}

function diffBlocks(
  field: BlocksField,
  triple: Triple,
  path: string,
  replace: boolean,
  changes: Changes,
): void {
  const { old, planned, given } = triple;
  if (!isList(old) || !isList(planned)) return;
  for (let index = 0; index < Math.max(old.length, planned.length); index++) {
    const at = `${path}[${index}]`;
    if (index >= old.length) changes.add(at, "ADD", replace);
    else if (index >= planned.length) changes.add(at, "DELETE", replace);
    else {
      const element = {
        old: old[index],
        planned: planned[index],
        given: isList(given) ? given[index] : undefined,
      };
      diffFields(field.fields, element, at, replace, changes);
    }
  }
}
