import { isList, isPropertyMap } from "../../protocol/value.ts";
import type { PropertyMap, Value } from "../../protocol/value.ts";
import type { Field, Fields } from "../schema/field.ts";

/**
 * A created or updated service's state keeps each set as it was planned, whatever Docker made of it: a network given by
 * name, no platforms where a registry named some. Only a refresh shows Docker's own. The official plugin does so, and its
 * differences depend on it.
 */
export function keepSets(fields: Fields, planned: PropertyMap, state: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => [key, kept(fields[key], planned[key], value)]),
  );
}

function kept(
  field: Field | undefined,
  planned: Value | undefined,
  value: Value | undefined,
): Value | undefined {
  if (field?.kind === "block" && isPropertyMap(planned) && isPropertyMap(value)) {
    return keepSets(field.fields, planned, value);
  }
  const isSet = (field?.kind === "texts" || field?.kind === "blocks") && field.set === true;
  return isSet && isList(planned) ? planned : value;
}
