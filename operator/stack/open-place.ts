import { OwnPlace } from "./own-place.ts";
import type { Place } from "./place.ts";
import type { Stack } from "./stack.ts";

/** The place of a stack. What emulates machines is loaded only for a stack that lives on one. */
export async function openPlace(stack: Stack): Promise<Place> {
  if (stack.kind === "remote") return new OwnPlace(stack);
  const { LocalPlace } = await import("../../local/local-place.ts");
  return new LocalPlace(stack);
}
