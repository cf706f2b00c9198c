import { redis } from "../catalog/redis/redis.ts";
import { layout } from "../contract/layout.ts";
import type { RemoteHost } from "../operator/ssh/remote-host.ts";

/** In Redis' data directory, where Redis looks at nothing but its own files. */
const folder = `${layout.live}/${redis.data["/data"] ?? ""}/bench-filler`;
/** `$1` folder, `$2` files, `$3` owner: that many files of 4 KiB, none like another. */
const fill = `set -eu
rm -rf "$1"
mkdir "$1"
cd "$1"
head -c $(($2 * 4096)) /dev/urandom | split --bytes 4096 --suffix-length 6 --numeric-suffixes - file-
chown -R "$3" .
sync -f .`;

/** Runs `work` while so many small files more are in a store's live directory; they go again, however it ends. */
export async function withFiller<T>(host: RemoteHost, files: number, work: () => Promise<T>): Promise<T> {
  try {
    await host.run(["sh", "-c", fill, "sh", folder, String(files), redis.user], { timeoutMs: 300_000 });
    return await work();
  } finally {
    await host.run(["rm", "-rf", folder], { timeoutMs: 300_000 });
  }
}
