import { redis } from "../catalog/redis/redis.ts";
import { layout } from "../contract/layout.ts";
import type { RemoteHost } from "../operator/ssh/remote-host.ts";

/** `$1` folder, `$2` files, `$3` owner: that many files of so many bytes, which nothing compresses, none like another. */
const fill = (bytes: number): string => `set -eu
rm -rf "$1"
mkdir "$1"
cd "$1"
head -c $(($2 * ${bytes})) /dev/urandom | split --bytes ${bytes} --suffix-length 6 --numeric-suffixes - file-
chown -R "$3" .
sync -f .`;

/** A folder of a bench's own in Redis' data directory, where Redis looks at nothing but its own files. */
export function folderInStore(name: string): string {
  return `${layout.live}/${redis.data["/data"] ?? ""}/${name}`;
}

/** Fills a folder in a store's live directory with so many files of so many bytes: part of every point from then on. */
export async function fillFolder(
  host: RemoteHost,
  folder: string,
  files: { readonly count: number; readonly bytes: number; readonly timeoutMs: number },
): Promise<void> {
  const argv = ["sh", "-c", fill(files.bytes), "sh", folder, String(files.count), redis.user];
  await host.run(argv, { timeoutMs: files.timeoutMs });
}
