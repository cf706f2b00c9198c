import { hostname, userInfo } from "node:os";
import { z } from "zod";
import type { RemoteHost } from "../ssh/remote-host.ts";

/** Where the host keeps which state manages it. */
const recordFile = "/var/lib/kaleem/managed-by.json";

const write = `set -eu
mkdir -p "$(dirname "$1")"
cat > "$1.new"
# A connection that broke ends what is read, too.
[ "$(wc -c < "$1.new")" -eq "$2" ]
mv -f "$1.new" "$1"`;

/**
 * Notes on the host which state manages it, before anything else is made there. Another state is refused by the preflight of its
 * `up`: two of them would each remove what the other made. `manager` must come out the same on every workstation.
 */
export async function noteManager(host: RemoteHost, stack: string, manager: string): Promise<void> {
  const record = {
    stack,
    manager,
    since: new Date().toISOString(),
    by: `${userInfo().username}@${hostname()}`,
  };
  const stdin = `${JSON.stringify(record)}\n`;
  const argv = ["sh", "-c", write, "sh", recordFile, String(Buffer.byteLength(stdin))];
  await host.run(argv, { stdin, timeoutMs: 30_000 });
}

const recordSchema = z.object({ stack: z.string(), manager: z.string(), since: z.string(), by: z.string() });
/** What a host has noted of the state that manages it. */
export type ManagerRecord = z.infer<typeof recordSchema>;

/** Reads what {@link noteManager} noted; null when no state has. @throws SshError, CommandError, or Error when it is not what was noted */
export async function readManager(host: RemoteHost): Promise<ManagerRecord | null> {
  const script = 'if [ -e "$1" ]; then cat "$1"; fi';
  const { stdout } = await host.run(["sh", "-c", script, "sh", recordFile], { timeoutMs: 30_000 });
  return stdout.trim() === "" ? null : recordSchema.parse(JSON.parse(stdout));
}
