import { createReadStream } from "node:fs";
import { Transform } from "node:stream";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { layout } from "../../contract/layout.ts";
import { size } from "../../recovery/host/log.ts";
import type { RemoteHost } from "../ssh/remote-host.ts";

/** Makes the folder `$1` for root alone, and tells the free bytes of its disk. */
const prepare = `set -eu
mkdir -p -m 0700 "$(dirname "$1")"
mkdir -m 0700 "$1"
df --output=avail -B1 "$1" | tail -n 1`;

/** Stores keep room to work in, and what is replaced may lie beside what replaces it for a while. */
const roomFactor = 2;

/**
 * Makes a folder for files on the host and gives its path. The import that reads them takes it away.
 * @throws RecoveryError `diskFull` when the data volume has not twice their size free
 */
export async function prepareFolder(host: RemoteHost, id: string, bytes: number): Promise<string> {
  const folder = `${layout.imports}/${id}`;
  const { stdout } = await host.run(["sh", "-c", prepare, "sh", folder], { timeoutMs: 60_000 });
  const free = Number(stdout.trim());
  if (free >= bytes * roomFactor) return folder;
  await removeFolder(host, folder);
  throw new RecoveryError(
    exitCodes.diskFull,
    `import: the files are ${size(bytes)}, and ${layout.dataRoot} has ${size(free)} free; it wants twice the files' size: give the volume more room first`,
  );
}

/** Takes the folder and what is in it away. */
export async function removeFolder(host: RemoteHost, folder: string): Promise<void> {
  await host.run(["rm", "-rf", "--", folder], { timeoutMs: 300_000 });
}

/** Copies one file to the host; the agent looks whether it arrived whole. */
export async function upload(
  host: RemoteHost,
  file: { readonly path: string; readonly to: string },
  onBytes: (bytes: number) => void,
): Promise<void> {
  let sent = 0;
  const counted = new Transform({
    transform(piece: Buffer, _encoding, done) {
      onBytes((sent += piece.length));
      done(null, piece);
    },
  });
  const source = createReadStream(file.path);
  source.on("error", (error) => counted.destroy(error));
  await host.run(["sh", "-c", 'umask 077; cat > "$1"', "sh", file.to], { stdin: source.pipe(counted) });
}
