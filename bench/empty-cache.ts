import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheDirectory } from "../workstation/cache/directory.ts";
import { runCommand } from "../workstation/run-command.ts";

/**
 * Runs `work` with empty caches, ours and Go's, beside the usual one (on its disk: they grow to some gigabytes), and
 * removes them afterwards. Only for the whole process at once: the caches are named by its environment.
 */
export async function withEmptyCache<T>(work: () => Promise<T>): Promise<T> {
  const home = dirname(cacheDirectory());
  await mkdir(home, { recursive: true });
  const folder = await mkdtemp(join(home, "kaleem-cold-"));
  const empty = {
    KALEEM_CACHE: join(folder, "kaleem"),
    GOCACHE: join(folder, "go-build"),
    GOMODCACHE: join(folder, "go-modules"),
  };
  const before = Object.keys(empty).map((name) => [name, process.env[name]] as const);
  try {
    Object.assign(process.env, empty);
    return await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    // Go makes its modules read-only.
    await runCommand(["chmod", "-R", "u+w", folder]);
    await rm(folder, { recursive: true });
  }
}
