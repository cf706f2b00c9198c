import type { Value } from "../../protocol/value.ts";
import { canonical } from "./zero.ts";

/** The elements of a set in the one order that the state keeps, whatever order they came in. */
export function inSetOrder(elements: readonly Value[]): Value[] {
  return [...elements].sort((a, b) => {
    const left = canonical(a);
    const right = canonical(b);
    return left < right ? -1 : left > right ? 1 : 0;
  });
}
