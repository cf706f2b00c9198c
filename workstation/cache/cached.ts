import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "./directory.ts";
import { withLock } from "./lock.ts";

/**
 * The directory `<cache>/<kind>/<key>`, made once: when it is missing, `make` fills a temporary directory
 * which then takes that name in one rename, so whatever exists is whole. Of several processes that want the
 * same key one makes it, the others wait. When `make` throws, nothing is kept and its error passes through.
 */
export async function cached(
  kind: string,
  key: string,
  make: (temporaryDirectory: string) => Promise<void>,
  options: { readonly onWait?: () => void } = {},
): Promise<string> {
  const home = join(cacheDirectory(), kind);
  const made = join(home, key);
  if (existsSync(made)) return made;
  const lock = join(cacheDirectory(), "locks", `${kind}-${key}.lock`);
  return withLock(
    lock,
    () => (existsSync(made) ? Promise.resolve(made) : makeOnce(home, key, make)),
    options.onWait,
  );
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
    await rename(temporary, join(home, key));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  return join(home, key);
}
