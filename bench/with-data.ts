import { redis } from "../catalog/redis/redis.ts";
import { layout } from "../contract/layout.ts";
import type { RemoteHost } from "../operator/ssh/remote-host.ts";

/** In Redis' data directory, where Redis looks at nothing but its own files. */
const folder = `${layout.live}/${redis.data["/data"] ?? ""}/bench-data`;
/** `$1` folder, `$2` megabytes, `$3` owner: so many files of a megabyte that nothing compresses. */
const fill = `set -eu
rm -rf "$1"
mkdir "$1"
cd "$1"
head -c $(($2 * 1000000)) /dev/urandom | split --bytes 1000000 --suffix-length 6 --numeric-suffixes - file-
chown -R "$3" .
sync -f .`;

/** Puts so many megabytes more into a store's live directory: part of every point from then on. */
export async function addData(host: RemoteHost, megabytes: number): Promise<void> {
  const argv = ["sh", "-c", fill, "sh", folder, String(megabytes), redis.user];
  await host.run(argv, { timeoutMs: 900_000 });
}
