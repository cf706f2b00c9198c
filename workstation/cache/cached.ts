import { existsSync, statSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "./directory.ts";
import { withLock } from "./lock.ts";

/** What is older may hold packages that have since been mended; a month is how long a stack is usually left alone. */
const maxAgeMs = 31 * 24 * 3_600_000;

/** How something is cached; everything is optional. */
export interface CacheOptions {
  /** Told once when another process makes it and this one waits. */
  readonly onWait?: () => void;
  /**
   * What is older than a month is made anew; when that fails the old one stays, and this is told why. Without it what is made
   * once is kept for ever: right for what depends on nothing but its key.
   */
  readonly onKeptOld?: (why: Error, made: Date) => void;
}

/**
 * The directory `<cache>/<kind>/<key>`, made once: when it is missing, `make` fills a temporary directory
 * which then takes that name in one rename, so whatever exists is whole. Of several processes that want the
 * same key one makes it, the others wait. When `make` throws, nothing is kept and its error passes through, unless there
 * is an old one, see {@link CacheOptions.onKeptOld}.
 */
export async function cached(
  kind: string,
  key: string,
  make: (temporaryDirectory: string) => Promise<void>,
  options: CacheOptions = {},
): Promise<string> {
  const home = join(cacheDirectory(), kind);
  const made = join(home, key);
  const good = (): boolean =>
    options.onKeptOld === undefined ? existsSync(made) : isFresh(kind, key) || madeAnewInVain.has(made);
  if (good()) return made;
  const lock = join(cacheDirectory(), "locks", `${kind}-${key}.lock`);
  return withLock(
    lock,
    async () => {
      if (good()) return made;
      const old = madeAt(kind, key);
      try {
        return await makeOnce(home, key, make);
      } catch (error) {
        if (old === undefined || options.onKeptOld === undefined || !(error instanceof Error)) throw error;
        madeAnewInVain.add(made);
        options.onKeptOld(error, old);
        return made;
      }
    },
    options.onWait,
  );
}

/** Old ones that could not be made anew a moment ago: not tried again in this process. */
const madeAnewInVain = new Set<string>();

/** When `<cache>/<kind>/<key>` was made: its own time of change, so nothing may be added to it later. Undefined when it is not there. */
export function madeAt(kind: string, key: string): Date | undefined {
  return statSync(join(cacheDirectory(), kind, key), { throwIfNoEntry: false })?.mtime;
}

/** Whether `<cache>/<kind>/<key>` is there and not older than a month. */
export function isFresh(kind: string, key: string): boolean {
  const made = madeAt(kind, key);
  return made !== undefined && Date.now() - made.getTime() <= maxAgeMs;
}

async function makeOnce(
  home: string,
  key: string,
  make: (temporaryDirectory: string) => Promise<void>,
): Promise<string> {
  const unfinished = `.making-${key}-`;
  await mkdir(home, { recursive: true });
  // The lock is ours, so whatever an earlier maker left behind has no owner any more.
  for (const name of await readdir(home)) {
    if (name.startsWith(unfinished)) await rm(join(home, name), { recursive: true, force: true });
  }
  const temporary = await mkdtemp(join(home, unfinished));
  try {
    await make(temporary);
    await moveInto(temporary, join(home, key));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  return join(home, key);
}

/** Puts `made` in the place of whatever is at `place`. */
async function moveInto(made: string, place: string): Promise<void> {
  // The time when it was made; the rename below keeps it.
  await utimes(made, new Date(), new Date());
  if (!existsSync(place)) return rename(made, place);
  const old = `${made}-old`;
  await rename(place, old);
  await rename(made, place);
  await rm(old, { recursive: true, force: true });
}
