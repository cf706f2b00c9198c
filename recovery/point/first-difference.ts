import { textOfName } from "./byte-name.ts";
import { secondsOf, type TreeEntry } from "./tree.ts";

/** Node sets times as a double, and its older versions know none before 1970. */
const toleranceOf = (seconds: number): number => (seconds < 0 ? 2 : 1e-5);

/** Whether a copy's time is the original's, as exactly as it can be set; both as `find` prints them. */
export function isSameTime(expected: string, found: string): boolean {
  if (expected === found) return true;
  const seconds = secondsOf(expected);
  return Math.abs(seconds - secondsOf(found)) <= toleranceOf(seconds);
}

/**
 * What is wrong with the copy of an entry: null when it has the same kind, size, mode, owner, time and link target. Null stands for one
 * that is not there. A folder's size is its own.
 */
export function differenceOf(expected: TreeEntry | null, found: TreeEntry | null): string | null {
  if (expected === null) return found === null ? null : `${readable(found)} should not be there`;
  if (found === null) return `${readable(expected)} is missing`;
  const fields: string[] = (["kind", "mode", "uid", "gid", "target"] as const).filter(
    (field) => expected[field] !== found[field],
  );
  if (expected.kind === "f" && found.kind === "f" && expected.size !== found.size)
    return `${readable(expected)} has ${found.size} bytes instead of ${expected.size}`;
  if (!isSameTime(expected.mtime, found.mtime)) fields.push("mtime");
  return fields.length === 0 ? null : `${readable(expected)} has another ${fields.join(", ")}`;
}

function readable({ path }: TreeEntry): string {
  return JSON.stringify(textOfName(path));
}
