import { runProgram } from "../host/run-program.ts";
import { parseTree, treeFormat, type Tree } from "./tree.ts";

/** A look at a tree, and the text it was read from, which is also how it is kept on disk. */
export interface Scan {
  readonly tree: Tree;
  readonly text: string;
}

/** How to look. */
export interface ScanOptions {
  /** Entries that vanish meanwhile are left out; otherwise they are an error, because nothing should be moving. */
  readonly tolerant: boolean;
  /** Directories, relative to the root, whose content is left out; they themselves are not.
   * @default [] */
  readonly unfinished?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** Looks at every entry below some directories of `root`. One `find` for all: 20,000 entries take some 100 ms. */
export async function scanTree(
  root: string,
  directories: readonly string[],
  { tolerant, unfinished = [], signal }: ScanOptions,
): Promise<Scan> {
  if (directories.length === 0) return { tree: { scannedAt: Date.now(), entries: new Map() }, text: "" };
  const scannedAt = Date.now();
  const race = tolerant ? ["-ignore_readdir_race"] : [];
  const prune = unfinished.flatMap((path) => ["-path", `${literal(path)}/*`, "-prune", "-o"]);
  const argv = ["find", ...directories, ...race, ...prune, "-printf", treeFormat];
  const result = await runProgram(argv, {
    cwd: root,
    encoding: "latin1",
    accept: tolerant ? [0, 1] : [0],
    ...(signal === undefined ? {} : { signal }),
  });
  const complaints = result.stderr
    .split("\n")
    .filter((line) => line !== "" && !line.endsWith("No such file or directory"));
  if (complaints.length > 0) throw new Error(`Listing ${root} failed: ${complaints.slice(0, 3).join(" / ")}`);
  return { tree: parseTree(result.stdout, scannedAt), text: result.stdout };
}

/** `find -path` takes patterns. */
function literal(path: string): string {
  return path.replace(/[*?[\]\\]/g, "\\$&");
}
