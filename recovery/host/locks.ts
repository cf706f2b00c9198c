import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";

/**
 * The locks of a host.
 * - `data`: the live directories and the lineage file. Held by a point for as long as it copies, by a restore throughout.
 * - `repository`: the newest copy on disk and the local repository. Held by a point from the copy until restic has read it,
 *   and by forget, prune and check. Whoever writes `points/current` holds it, so restic never reads a copy that changes under it.
 * - `offsite`: the off-site repository and the head. Held by a shipping, the founding of a lineage and a restore.
 * - `maintenance`: held by forget, prune and check throughout, so that only one of them is at work; taken before the others.
 * - `restore`: held by a restore from its plan to its report, so that a second one is refused.
 * - `proof`: held by the proof of a point throughout, so that only one is at work; taken before the others.
 * - `restore-test`: held by the test of a restore throughout; taken before the others. A restore waits for it, since the test has room.
 * - `images`: held while images are brought into the bucket throughout, so that only one run does.
 * Order: repository → data (data never waited for) in a point; data → repository in a restore. Because a point gives up at
 * once when data is taken, the two ways cannot block each other.
 */
export type LockName =
  "data" | "repository" | "offsite" | "maintenance" | "restore" | "proof" | "restore-test" | "images";

/**
 * What a waiter asks of whoever holds the lock: nothing; a turn, for which maintenance gives way; or to have it at once, as a
 * restore does, for which a shipping gives way too.
 */
export type Asking = "nothing" | "a-turn" | "at-once";

/** A lock that is held; `release` gives it back. */
export interface HeldLock {
  readonly name: LockName;
  release(): Promise<void>;
}

const busyCode = 75;

/**
 * File locks that end with their holder: a child process holds the flock and reads from a pipe that the kernel closes when we die,
 * SIGKILL included. The lock file's text names the holder; the flock alone decides.
 */
export class Locks {
  readonly #folder: string;
  readonly #holder: string;
  /** @param holder How the holder calls itself in the other side's message, such as `kaleem-agent point`. */
  constructor(folder: string, holder: string) {
    this.#folder = folder;
    this.#holder = holder;
  }

  /**
   * Takes a lock, waiting for at most `waitMs`.
   * @param waitMs 0 gives up at once. @default 0
   * @param asking What whoever holds it is told meanwhile. @default "a-turn"
   * @throws RecoveryError `busy`, naming who holds it and since when.
   */
  async acquire(name: LockName, waitMs = 0, asking: Asking = "a-turn"): Promise<HeldLock> {
    await mkdir(this.#folder, { recursive: true, mode: 0o755 });
    const path = join(this.#folder, `${name}.lock`);
    const patience = waitMs > 0 ? ["-w", String(waitMs / 1000)] : ["-n"];
    // The holder ignores SIGTERM: systemd signals a whole unit at once, and the lock must outlast our own clean-up.
    const holdUntilEof = 'trap "" TERM INT HUP; echo held; exec cat';
    // Tells a long maintenance run to give way.
    const marks = waitMs > 0 ? this.#marks(name, asking) : [];
    for (const mark of marks) await writeFile(mark, "");
    const child = spawn("flock", [...patience, "-E", String(busyCode), path, "sh", "-c", holdUntilEof], {
      detached: true,
      stdio: ["pipe", "pipe", "inherit"],
    });
    child.stdin.on("error", () => undefined);
    const code = await heldOrExit(child);
    for (const mark of marks) await rm(mark, { force: true });
    if (code === busyCode) throw new RecoveryError(exitCodes.busy, await this.#busyMessage(name, path));
    if (code !== null)
      throw new Error(`Taking the ${name} lock (${path}) failed: flock ended with code ${code}.`);
    await writeFile(path, `${this.#holder} (pid ${process.pid}) since ${new Date().toISOString()}\n`);
    return { name, release: () => release(child) };
  }

  /** Who holds a lock now, by its own words; null when it is free. */
  async holder(name: LockName): Promise<string | null> {
    try {
      const lock = await this.acquire(name);
      await lock.release();
      return null;
    } catch (error) {
      if (error instanceof RecoveryError && error.exitCode === exitCodes.busy) return error.message;
      throw error;
    }
  }

  /**
   * Whether somebody holds a lock or waits for it just now. Takes nothing, so that nobody who would not wait for the lock is refused for
   * the question.
   */
  async taken(name: LockName): Promise<boolean> {
    try {
      const { dev, ino } = await stat(join(this.#folder, `${name}.lock`));
      return isLocked(await readFile("/proc/locks", "utf8"), dev, ino);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw error;
    }
  }

  /** True while somebody waits for a lock: whoever does something that can wait, such as prune, gives way. */
  async wanted(name: LockName, asking: Exclude<Asking, "nothing"> = "a-turn"): Promise<boolean> {
    try {
      // A waiter that was killed leaves its mark behind; no one waits for this long.
      return Date.now() - (await stat(this.#markPath(name, asking))).mtimeMs < 5 * 60_000;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw error;
    }
  }

  #markPath(name: LockName, asking: Exclude<Asking, "nothing">): string {
    return join(this.#folder, `${name}.${asking === "at-once" ? "urgent" : "wanted"}`);
  }

  /** Who must have it at once wants a turn, too. */
  #marks(name: LockName, asking: Asking): readonly string[] {
    if (asking === "nothing") return [];
    const turn = this.#markPath(name, "a-turn");
    return asking === "at-once" ? [turn, this.#markPath(name, "at-once")] : [turn];
  }

  async #busyMessage(name: LockName, path: string): Promise<string> {
    const holder = (await readFile(path, "utf8")).trim();
    return `The ${name} lock is held by ${holder === "" ? "another run" : holder}: wait until it is done, then try again.`;
  }
}

/** Whether the kernel's list of locks has a flock on this file. Pure. @param dev as stat tells it, of Linux */
export function isLocked(list: string, dev: number, ino: number): boolean {
  const hex = (value: number): string => value.toString(16).padStart(2, "0");
  const major = Math.floor(dev / 256) % 4096;
  const minor = (dev % 256) + Math.floor(dev / 2 ** 20) * 256;
  const place = `${hex(major)}:${hex(minor)}:${ino}`;
  return list.split("\n").some((line) => {
    const words = line.split(/\s+/);
    return words.includes("FLOCK") && words.includes(place);
  });
}

/** Null once the lock is held, else flock's exit code. */
function heldOrExit(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? -1));
    child.stdout?.once("data", () => resolve(null));
  });
}

function release(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.stdin?.end();
  });
}
