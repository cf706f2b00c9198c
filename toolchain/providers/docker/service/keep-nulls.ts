import { isList, isPropertyMap } from "../../protocol/value.ts";
import type { PropertyMap, Value } from "../../protocol/value.ts";

/**
 * A new service's state keeps null where the plan had null and Docker answers an empty list or object; later states have
 * the empty value. The official plugin does so, and its differences depend on it.
 */
export function keepNulls(planned: PropertyMap, state: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [key, kept(planned[key], value)]));
}

function kept(planned: Value | undefined, value: Value | undefined): Value | undefined {
  if (planned === null && isEmptyCollection(value)) return null;
  return isPropertyMap(planned) && isPropertyMap(value) ? keepNulls(planned, value) : value;
}

function isEmptyCollection(value: Value | undefined): boolean {
  if (isList(value)) return value.length === 0;
  return isPropertyMap(value) && Object.keys(value).length === 0;
}
