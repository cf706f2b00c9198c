import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { closeSync, openSync, readFileSync, realpathSync, writeSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { CommandError } from "../host/host-port.ts";
import { textOfName } from "./byte-name.ts";
import { type Listing, listingHeader } from "./listing.ts";
import { recordFormat } from "./tree.ts";

/** A look at a tree. */
export interface Scan extends Listing {
  /** Places in it where another file system, or another folder, is mounted: what lies there is not listed. */
  readonly mounts: readonly string[];
}

/** How to look. */
export interface ScanOptions {
  /** File that the listing is written to. */
  readonly into: string;
  /** Entries that vanish meanwhile are left out; otherwise they are an error, because nothing should be moving. */
  readonly tolerant: boolean;
  /** Directories, relative to the root, whose content is left out; they themselves are not.
   * @default [] */
  readonly unfinished?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks at every entry below some directories of `root`. `find` goes through folders relative to their descriptors, and never through a
 * link; it opens folders only. `sort` works on disk, so memory does not grow with the tree. 20,000 entries take some 100 ms.
 */
export async function scanTree(
  root: string,
  directories: readonly string[],
  { into, tolerant, unfinished = [], signal }: ScanOptions,
): Promise<Scan> {
  const scannedAt = Date.now();
  const mounts = directories.length === 0 ? [] : mountsBelow(root, directories);
  const descriptor = openSync(into, "w", 0o600);
  try {
    // Where sort goes on: it shares this descriptor's position.
    writeSync(descriptor, listingHeader(scannedAt));
    if (directories.length > 0) {
      const options = { tolerant, unfinished, mounts };
      const argv = findArguments(directories, options);
      await listInto(descriptor, { root, scratch: `${into}.sort` }, argv, { tolerant, signal });
    }
  } finally {
    closeSync(descriptor);
  }
  return { file: into, scannedAt, except: new Set(), mounts };
}

function findArguments(
  directories: readonly string[],
  {
    tolerant,
    unfinished,
    mounts,
  }: Pick<ScanOptions, "tolerant"> & {
    readonly unfinished: readonly string[];
    readonly mounts: readonly string[];
  },
): string[] {
  const odd = directories.filter((name) => !/^[^-/][^/]*(\/[^/]+)*$/.test(name));
  if (odd.length > 0) throw new Error(`Not the name of a directory: ${odd.map(textOfName).join(", ")}`);
  const race = tolerant ? ["-ignore_readdir_race"] : [];
  const without = [...mounts.map(argumentOf).map(literal), ...unfinished.map((path) => `${literal(path)}/*`)];
  const prune = without.flatMap((pattern) => ["-path", pattern, "-prune", "-o"]);
  return [...directories, "-xdev", ...race, ...prune, "-printf", recordFormat];
}

async function listInto(
  descriptor: number,
  { root, scratch }: { readonly root: string; readonly scratch: string },
  argv: readonly string[],
  { tolerant, signal }: Pick<ScanOptions, "tolerant" | "signal">,
): Promise<void> {
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { mode: 0o700 });
  try {
    const sort = start(["sort", "-z", "-S", "16M", "-T", scratch], ["pipe", descriptor, "pipe"], root);
    // Straight into sort: nothing of it passes through our memory.
    const find = start(["find", ...argv], ["ignore", sort.stdin, "pipe"], root);
    sort.stdin?.destroy();
    const stop = (): void => {
      for (const child of [find, sort]) child.kill("SIGKILL");
    };
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted === true) stop();
    const [found, sorted] = await Promise.all([ending(find), ending(sort)]).finally(() => {
      signal?.removeEventListener("abort", stop);
      stop();
    });
    signal?.throwIfAborted();
    if (sorted.code !== 0) throw new CommandError(["sort"], sorted.code, sorted.words);
    const complaints = found.words.split("\n").filter((line) => line !== "" && !isOfMoving(line, tolerant));
    if (complaints.length > 0)
      throw new Error(`Listing ${root} failed: ${complaints.slice(0, 3).join(" / ")}`);
    if (found.code !== 0 && !(tolerant && found.code === 1))
      throw new CommandError(["find"], found.code, found.words);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What `find` says of an entry that was removed, or replaced by something else, since it was met; the last of a link that is none now. */
const movedWords = ["Not a directory", "Too many levels of symbolic links", "Invalid argument"];

function isOfMoving(line: string, tolerant: boolean): boolean {
  return (
    line.endsWith("No such file or directory") ||
    (tolerant && movedWords.some((words) => line.endsWith(words)))
  );
}

/** In a process group of its own, so that what is sent to ours does not reach it; the kernel ends it when we die. */
function start(argv: readonly string[], stdio: StdioOptions, cwd: string): ChildProcess {
  const env = { ...process.env, LC_ALL: "C" };
  return spawn("setpriv", ["--pdeathsig", "KILL", "--", ...argv], { cwd, env, stdio, detached: true });
}

function ending(child: ChildProcess): Promise<{ readonly code: number | null; readonly words: string }> {
  let words = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (words = (words + text).slice(-wordsLimit)));
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", (code) => resolve({ code, words }));
  });
}

const wordsLimit = 64 * 1024;

/** `find -path` takes patterns. */
function literal(path: string): string {
  return path.replace(/[*?[\]\\]/g, "\\$&");
}

/** Mount points below the directories, as paths relative to the root: `-xdev` does not know those of the same file system. */
function mountsBelow(root: string, directories: readonly string[]): readonly string[] {
  const prefix = `${Buffer.from(realpathSync(root)).toString("latin1")}/`.replace(/^\/\/$/, "/");
  const paths = readFileSync("/proc/self/mountinfo", "latin1")
    .split("\n")
    .map((line) => line.split(" ")[4]?.replace(/\\([0-7]{3})/g, (_, digits: string) => octal(digits)) ?? "")
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length));
  return [...new Set(paths)].filter((path) => directories.some((name) => path.startsWith(`${name}/`)));
}

function octal(digits: string): string {
  return String.fromCharCode(Number.parseInt(digits, 8));
}

/** An argument of a program, which Node makes of text only. */
function argumentOf(path: string): string {
  const text = Buffer.from(path, "latin1").toString("utf8");
  if (Buffer.from(text, "utf8").toString("latin1") === path) return text;
  throw new Error(`Something is mounted at ${textOfName(path)}, whose name is no text: unmount it.`);
}
