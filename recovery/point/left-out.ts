import { textOfName } from "./byte-name.ts";
import { isCopied, kindOf, pathOf } from "./tree.ts";

/** What a copy leaves out for one reason: how many, and the first of them in words. */
export interface LeftOutOfCopy {
  readonly reason: string;
  readonly count: number;
  readonly paths: readonly string[];
}

const named = 20;

const reasons: Readonly<Record<string, string>> = { p: "pipe", s: "socket", b: "device", c: "device" };

/** Gathers what lies in a directory that is no file, folder or link, and so is in no copy. */
export class LeftOut {
  readonly #found = new Map<string, { count: number; readonly paths: string[] }>();

  /** Takes any record; those of things that are copied are passed by. */
  add(record: string): void {
    const kind = kindOf(record);
    // A link that was gone by the time it was read.
    if (isCopied(record) || kind === "l") return;
    this.#count(reasons[kind] ?? `of kind ${kind}`, pathOf(record));
  }

  /** Where something is mounted: that belongs to whoever mounted it. */
  addMount(path: string): void {
    this.#count("mounted there", path);
  }

  result(): readonly LeftOutOfCopy[] {
    return [...this.#found].map(([reason, { count, paths }]) => ({ reason, count, paths }));
  }

  #count(reason: string, path: string): void {
    const found = this.#found.get(reason) ?? { count: 0, paths: [] };
    this.#found.set(reason, found);
    found.count += 1;
    if (found.paths.length < named) found.paths.push(textOfName(path));
  }
}
