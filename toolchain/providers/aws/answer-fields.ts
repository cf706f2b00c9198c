import { setTimeout as sleep } from "node:timers/promises";
import { isPropertyMap, type PropertyMap, reveal, type Value } from "../protocol/value.ts";
import type { Parameters } from "./ec2-client.ts";
import { type Element, elementsAt, textAt } from "./xml.ts";

/** A text that the inputs or the state must have. */
export function textOf(from: PropertyMap, key: string): string {
  const value = from[key];
  const plain = value === undefined ? undefined : reveal(value);
  if (typeof plain === "string") return plain;
  throw new Error(`aws provider: expected the text ${key}, got none.`);
}

/** A property as a parameter of a call; undefined where it is none. */
export function parameter(value: Value | undefined): string | number | boolean | undefined {
  const plain = value === undefined ? undefined : reveal(value);
  return typeof plain === "string" || typeof plain === "number" || typeof plain === "boolean"
    ? plain
    : undefined;
}

/** A tag's value: of a map of texts. */
function textIn(value: Value | undefined): string {
  const plain = value === undefined ? undefined : reveal(value);
  if (typeof plain === "string") return plain;
  throw new Error(`aws provider: expected a text as the value of a tag, got ${typeof plain}.`);
}

/** Tags, as a call that makes something takes them. */
export function tagsFor(type: string, tags: Value | undefined): Parameters {
  const entries = isPropertyMap(tags) ? Object.entries(tags) : [];
  if (entries.length === 0) return {};
  return Object.fromEntries([
    ["TagSpecification.1.ResourceType", type],
    ...entries.flatMap(([key, value], at) => [
      [`TagSpecification.1.Tag.${at + 1}.Key`, key],
      [`TagSpecification.1.Tag.${at + 1}.Value`, textIn(value)],
    ]),
  ]) as Parameters;
}

/** Tags, as a call that changes them takes them. */
export function tagsOn(id: string, tags: Value | undefined): Parameters {
  const entries = isPropertyMap(tags) ? Object.entries(tags) : [];
  return Object.fromEntries([
    ["ResourceId.1", id],
    ...entries.flatMap(([key, value], at) => [
      [`Tag.${at + 1}.Key`, key],
      [`Tag.${at + 1}.Value`, textIn(value)],
    ]),
  ]) as Parameters;
}

/** The tags of something that was described. */
export function tagsIn(element: Element): PropertyMap {
  const tags = elementsAt(element, "tagSet.item").map(
    (tag) => [textAt(tag, "key"), textAt(tag, "value")] as const,
  );
  const all = Object.fromEntries(tags);
  return { tags: all, tagsAll: all };
}

/** Asks again until it is so; a first look at once. @throws Error at the deadline, with what was seen last */
export async function awaitState(
  look: () => Promise<{ readonly done: boolean; readonly seen: string }>,
  what: string,
  signal: AbortSignal,
  waiting: { readonly limitMs: number; readonly everyMs: number } = { limitMs: 600_000, everyMs: 3000 },
): Promise<void> {
  const deadline = Date.now() + waiting.limitMs;
  for (;;) {
    const { done, seen } = await look();
    if (done) return;
    if (Date.now() >= deadline)
      throw new Error(
        `aws provider: ${what}: waited ${waiting.limitMs / 1000} s, the last state was ${seen}.`,
      );
    await sleep(waiting.everyMs, undefined, { signal });
  }
}
