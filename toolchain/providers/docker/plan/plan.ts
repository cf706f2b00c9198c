import { isList, isPropertyMap, Secret, unknown } from "../../protocol/value.ts";
import type { PropertyMap, Value } from "../../protocol/value.ts";
import type { BlockField, BlocksField, Field, Fields, ScalarField } from "../schema/field.ts";
import { inSetOrder } from "./set-order.ts";
import { canonical, isZero } from "./zero.ts";

/** Where a property stands: what it was, and whether it is part of a set's element. */
interface Place {
  /** The state's value; `undefined` when there was none (a new resource, a new element). */
  readonly prior: Value | undefined;
  readonly inSet: boolean;
}

/**
 * The state that the inputs ask for: what is given, then defaults, then what Docker computed before (`unknown` for a new
 * resource). `prior` is the state so far; without it a new resource is planned.
 */
export function plan(fields: Fields, inputs: PropertyMap, prior?: PropertyMap): PropertyMap {
  return planFields(fields, inputs, prior, false);
}

function planFields(
  fields: Fields,
  inputs: PropertyMap,
  prior: PropertyMap | undefined,
  inSet: boolean,
): PropertyMap {
  return Object.fromEntries(
    Object.entries(fields).map(([key, field]) => [
      key,
      planValue(field, inputs[key], { prior: prior?.[key], inSet: inSet }),
    ]),
  );
}

function planValue(field: Field, given: Value | undefined, place: Place): Value {
  if (given === unknown) return unknown;
  if (given === undefined || given === null) return planAbsent(field, place);
  switch (field.kind) {
    case "string":
    case "int":
    case "bool":
      return given instanceof Secret ? given.value : given;
    case "texts":
      return isList(given) && field.set === true ? inSetOrder(given) : given;
    case "map":
      return withoutDefaults(given);
    case "block":
      return planBlock(field, given, place);
    case "blocks":
      return planBlocks(field, given, place);
  }
}

function planAbsent(field: Field, place: Place): Value {
  const { prior, inSet } = place;
  if (field.computed === true) return prior ?? unknown;
  switch (field.kind) {
    case "string":
    case "int":
    case "bool":
      return (
        defaultOf(field) ??
        (prior !== undefined && isZero(prior) ? prior : inSet && field.kind === "string" ? "" : null)
      );
    case "texts":
      return prior !== undefined || inSet ? [] : null;
    case "map":
      return prior === undefined ? null : {};
    case "block":
      return null;
    case "blocks":
      return [];
  }
}

function defaultOf(field: ScalarField): Value | undefined {
  return field.default ?? field.quietDefault;
}

function planBlock(field: BlockField, given: Value, place: Place): Value {
  if (!isPropertyMap(given)) return given;
  return planFields(field.fields, given, isPropertyMap(place.prior) ? place.prior : undefined, place.inSet);
}

function planBlocks(field: BlocksField, given: Value, place: Place): Value {
  if (!isList(given)) return given;
  const priors = isList(place.prior) ? place.prior : [];
  const planned = given.map((element, index) => {
    if (!isPropertyMap(element)) return element;
    const fresh = planFields(field.fields, element, undefined, field.set === true);
    const prior =
      field.set === true
        ? priors.find((candidate) => canonical(candidate) === canonical(fresh))
        : priors[index];
    return isPropertyMap(prior) ? planFields(field.fields, element, prior, field.set === true) : fresh;
  });
  return field.set === true ? inSetOrder(planned) : planned;
}

function withoutDefaults(given: Value): Value {
  if (!isPropertyMap(given)) return given;
  return Object.fromEntries(Object.entries(given).filter(([key]) => key !== "__defaults"));
}
