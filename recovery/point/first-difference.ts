import type { Tree } from "./tree.ts";

/** Null when both hold the same paths with the same kind, size, mode, owner and link targets. */
export function firstDifference(expected: Tree, actual: Tree): string | null {
  for (const entry of expected.entries.values()) {
    const found = actual.entries.get(entry.path);
    if (found === undefined) return `${readable(entry.path)} is missing`;
    const fields = (["kind", "mode", "uid", "gid", "target"] as const).filter(
      (field) => entry[field] !== found[field],
    );
    if (entry.kind === "f" && entry.size !== found.size)
      return `${readable(entry.path)} has ${found.size} bytes instead of ${entry.size}`;
    if (fields.length > 0) return `${readable(entry.path)} has another ${fields.join(", ")}`;
  }
  for (const path of actual.entries.keys())
    if (!expected.entries.has(path)) return `${readable(path)} should not be there`;
  return null;
}

function readable(path: string): string {
  return JSON.stringify(Buffer.from(path, "latin1").toString("utf8"));
}
