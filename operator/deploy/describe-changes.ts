import type { ResourceChanges } from "../../toolchain/engine/engine-events.ts";

/** What an operation changed, in words: `unchanged`, or `12 created, 3 updated`. */
export function describeChanges(changes: ResourceChanges): string {
  const words: Record<string, string> = {
    create: "created",
    update: "updated",
    replace: "replaced",
    delete: "deleted",
  };
  const parts = Object.entries(words).flatMap(([kind, word]) => {
    const count = (changes as unknown as Record<string, number>)[kind] ?? 0;
    return count > 0 ? [`${count} ${word}`] : [];
  });
  return parts.length === 0 ? "unchanged" : parts.join(", ");
}
