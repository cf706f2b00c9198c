import { isList, isPropertyMap } from "../../protocol/value.ts";
import type { Value } from "../../protocol/value.ts";
import type { BlocksField } from "../schema/field.ts";
import type { Changes, DiffFields, Triple } from "./changes.ts";
import { plan } from "./plan.ts";
import { canonical } from "./zero.ts";

/**
 * Compares two sets as the official plugin does: elements that are on one side only are named by their place in the state
 * (removed) or in the inputs (added); a place that is both is compared inside. An added element that leaves out properties
 * cannot be found again in the plan, so the set is named as a whole.
 */
export function diffSet(
  diffFields: DiffFields,
  field: BlocksField,
  triple: Triple,
  path: string,
  replace: boolean,
  changes: Changes,
): void {
  const old = isList(triple.old) ? triple.old : [];
  const given = isList(triple.given) ? triple.given : [];
  const wanted = given.map((element) => (isPropertyMap(element) ? plan(field.fields, element) : element));
  const removed = without(old, wanted);
  const added = without(wanted, old);
  if (removed.size === 0 && added.size === 0) return;
  if (field.replace === "hidden") changes.replaces.add("__meta");
  if ([...added].some((index) => isIncomplete(field, given[index]))) {
    changes.add(path, "UPDATE", replace);
    return;
  }
  for (const index of new Set([...removed, ...added])) {
    const at = `${path}[${index}]`;
    if (!added.has(index)) changes.add(at, "DELETE", replace);
    else if (!removed.has(index)) changes.add(at, "ADD", replace);
    else if (Object.keys(field.fields).length === 0) changes.add(at, "UPDATE", replace);
    else {
      diffFields(
        field.fields,
        { old: old[index], planned: wanted[index], given: given[index] },
        at,
        replace,
        changes,
      );
    }
  }
}

/** The places of the elements that the other side lacks; equal elements pair up one to one. */
function without(elements: readonly Value[], others: readonly Value[]): Set<number> {
  const unpaired = others.map(canonical);
  const places = new Set<number>();
  for (const [index, element] of elements.entries()) {
    const pair = unpaired.indexOf(canonical(element));
    if (pair === -1) places.add(index);
    else unpaired.splice(pair, 1);
  }
  return places;
}

function isIncomplete(field: BlocksField, element: Value | undefined): boolean {
  return isPropertyMap(element) && Object.keys(field.fields).some((key) => element[key] === undefined);
}
