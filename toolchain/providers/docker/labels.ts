import { isList, isPropertyMap } from "../protocol/value.ts";
import type { Value } from "../protocol/value.ts";
import { texts } from "./api/json.ts";
import { textOf } from "./service/planned.ts";
import { inSetOrder } from "./plan/set-order.ts";

/** The set of `{label, value}` as Docker's object. */
export function labelsToApi(labels: Value | undefined): Record<string, string> {
  if (!isList(labels)) return {};
  return Object.fromEntries(
    labels.filter(isPropertyMap).map((entry) => [textOf(entry, "label"), textOf(entry, "value")]),
  );
}

/** Docker's object as the set of `{label, value}`. */
export function labelsFromApi(labels: unknown): Value {
  return inSetOrder(Object.entries(texts(labels)).map(([label, value]) => ({ label, value })));
}
