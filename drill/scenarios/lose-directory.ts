import type { RemoteHost } from "../../operator/ssh/remote-host.ts";
import type { Damage } from "./damage.ts";

/**
 * Ends a store's task as a power cut would and removes all that its directories hold; `$1`: the store, then its directories. Prints how many
 * files there were, and how many there are. What Swarm starts in its place finds nothing.
 */
const loss = `set -eu
store=$1; shift
count() { find "$@" -type f | wc -l; }
before=$(count "$@")
docker kill $(docker ps --quiet --filter "label=com.docker.swarm.service.name=$store") > /dev/null
find "$@" -mindepth 1 -delete
echo "$before $(count "$@")"`;

/** Loses a store with its directories. A drill's own machine alone. @throws Error when nothing of it runs */
export async function loseDirectories(
  host: RemoteHost,
  store: string,
  directories: readonly string[],
): Promise<Damage> {
  const argv = ["bash", "-c", loss, "bash", store, ...directories];
  const { stdout } = await host.run(argv, { timeoutMs: 120_000 });
  const [before = NaN, after = NaN] = stdout.trim().split(" ").map(Number);
  return { store, before, after };
}
