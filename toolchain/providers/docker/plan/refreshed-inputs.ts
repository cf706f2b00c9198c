import { isList, isPropertyMap } from "../../protocol/value.ts";
import type { PropertyMap, Value } from "../../protocol/value.ts";
import type { Field, Fields } from "../schema/field.ts";
import { canonical, isZero } from "./zero.ts";

/**
 * The inputs after a refresh: what the program once gave, with the values that the state has now. Without inputs (an
 * import) everything that is not empty counts as given.
 */
export function refreshedInputs(fields: Fields, inputs: PropertyMap, state: PropertyMap): PropertyMap {
  const isImport = Object.keys(inputs).length === 0;
  const refreshed = Object.entries(fields).flatMap(([key, field]): [string, Value][] => {
    const now = state[key] ?? null;
    if (isImport)
      return isZero(now) || field.outputOnly === true || field.unsupported === true ? [] : [[key, now]];
    const before = inputs[key];
    return before === undefined ? [] : [[key, refreshedValue(field, before, now)]];
  });
  const defaults = inputs["__defaults"];
  return {
    ...(isList(defaults) ? { __defaults: defaults } : { __defaults: [] }),
    ...Object.fromEntries(refreshed),
  };
}

function refreshedValue(field: Field, before: Value, now: Value): Value {
  if (isZero(before) && isZero(now)) return before;
  if (canonical(before) === canonical(now) || sameElements(before, now)) return before;
  if (isPropertyMap(before) && isPropertyMap(now)) {
    return field.kind === "block" ? refreshedInputs(field.fields, before, now) : sameKeys(before, now);
  }
  if (field.kind === "blocks" && isList(before) && isList(now) && before.length === now.length) {
    const pairs = field.set === true ? pairUp(before, now) : before;
    return now.map((element, index) => {
      const given = pairs[index];
      return isPropertyMap(element) && isPropertyMap(given) ? sameKeys(given, element) : element;
    });
  }
  return now;
}

/** What the state has now of the properties that were given; what came up elsewhere is no input. */
function sameKeys(before: PropertyMap, now: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.keys(before).flatMap((key) => (now[key] === undefined ? [] : [[key, now[key]]])),
  );
}

/** For each element of a set now the one that was given for it: the same one, else the first that is left over. */
function pairUp(before: readonly Value[], now: readonly Value[]): (Value | undefined)[] {
  const left = [...before];
  const take = (index: number): Value | undefined => (index === -1 ? undefined : left.splice(index, 1)[0]);
  const same = now.map((element) =>
    take(left.findIndex((candidate) => canonical(candidate) === canonical(element))),
  );
  return same.map((given) => given ?? left.shift());
}

/** Whether two lists hold the same elements in any order: a set comes back sorted otherwise than it was given. */
function sameElements(before: Value, now: Value): boolean {
  if (!isList(before) || !isList(now)) return false;
  const sorted = (list: readonly Value[]): string => list.map(canonical).sort().join();
  return sorted(before) === sorted(now);
}
