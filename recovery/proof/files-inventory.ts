import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";
import { entryPath, type Inventory, type InventoryRequest } from "../../catalog/inventory/inventory.ts";
import { NameSample } from "../../catalog/inventory/name-sample.ts";
import { InventoryRecorder } from "../../catalog/inventory/recorder.ts";
import { hashOf } from "../../catalog/inventory/set-digest.ts";
import { Tally } from "../../catalog/inventory/tally.ts";
import { textOfName } from "../point/byte-name.ts";
import { entriesOf } from "../point/measure-folder.ts";
import type { TreeEntry } from "../point/tree.ts";

/** A directory that an application keeps. */
export interface KeptFolder {
  /** Its path in the container; what findings are called by. */
  readonly inside: string;
  /** Where it is now, on the host. Nobody writes to it meanwhile. */
  readonly folder: string;
}

/** So many folders right below a directory are told apart; the others are one entry, `other folders`. */
const folderLimit = 64;
const chunkBytes = 1 << 20;
const kind = "files";

/**
 * What an application's directories hold: files by their path, owner, mode and the SHA-256 of their content, and where links point; folder by
 * folder. Beyond the limits one file in so many is read, chosen by its path; a file that is larger than the limit is counted and not read.
 *
 * Nothing that a container has named is followed: folders are gone through by `find`, and a file is opened only if it is no link.
 * @throws Error when a file that was listed is not there, or is another kind of thing, by the time it is read
 */
export async function filesInventory(
  application: string,
  folders: readonly KeptFolder[],
  request: InventoryRequest,
): Promise<Inventory> {
  const recorder = new InventoryRecorder(application, request);
  const sample = new NameSample(request, recorder.takenAtMs, [kind]);
  const found = new Map<string, Tally>();
  let large = 0;
  for (const { inside, folder } of folders) {
    const tallies = new Folders(inside, recorder.takenAtMs);
    for await (const entry of entriesOf(folder)) {
      const path = entry.path.slice(basename(folder).length + 1);
      const tally = tallies.of(path, entry.kind);
      if (entry.kind === "d") continue;
      const level = sample.levelOf(inside, Buffer.from(path, "latin1"));
      const bytes = entry.kind === "f" ? entry.size : 0;
      const tooLarge = entry.size > request.bytes;
      if (tooLarge) large += 1;
      if (tooLarge || !sample.takes(level)) {
        tally.add({ bytes, level });
        continue;
      }
      const hash = hashOf(path, describe(entry), await contentOf(folder, path, entry));
      sample.read(level, bytes);
      tally.add({ bytes, hash, level });
    }
    for (const [name, tally] of tallies.all) found.set(name, tally);
  }
  // Not before the last folder: until then the sample may grow rarer.
  for (const [path, tally] of found)
    recorder.add(path, tally.entry(kind, { sample: sample.sample, level: sample.level }));
  if (large > 0)
    recorder.leaveOut(
      `the content of ${large} files`,
      `each is larger than ${request.bytes} bytes; their sizes are the manifest's`,
    );
  return recorder.finish("files");
}

/** One tally for each folder right below a directory, and one for what lies right below. */
class Folders {
  readonly all = new Map<string, Tally>();
  readonly #inside: string;
  readonly #takenAtMs: number;
  constructor(inside: string, takenAtMs: number) {
    this.#inside = inside;
    this.#takenAtMs = takenAtMs;
    // There in any case, so that an empty directory is told as one.
    this.#tally(this.#path());
  }

  /** @param path below the directory, latin1; empty for itself. Folders come before what is in them, in the same order every time. */
  of(path: string, entryKind: TreeEntry["kind"]): Tally {
    const slash = path.indexOf("/");
    const name = slash >= 0 ? path.slice(0, slash) : entryKind === "d" ? path : "";
    if (name === "") return this.#tally(this.#path());
    const own = this.#path(textOfName(name));
    if (this.all.has(own) || (slash < 0 && this.all.size <= folderLimit)) return this.#tally(own);
    return this.#tally(this.#path("", "other folders"));
  }

  #path(...below: readonly string[]): string {
    return entryPath(...this.#inside.split("/").slice(1), ...below);
  }

  #tally(key: string): Tally {
    let tally = this.all.get(key);
    if (tally === undefined) this.all.set(key, (tally = new Tally(this.#takenAtMs)));
    return tally;
  }
}

function describe({ kind: entryKind, mode, uid, gid }: TreeEntry): string {
  return `${entryKind} ${mode.toString(8)} ${uid}:${gid}`;
}

/** The digest of a file's content, or where a link points. */
async function contentOf(folder: string, path: string, entry: TreeEntry): Promise<Buffer> {
  if (entry.kind !== "f") return Buffer.from(entry.target, "latin1");
  const at = Buffer.concat([
    Buffer.from(`${dirname(folder)}/${basename(folder)}/`),
    Buffer.from(path, "latin1"),
  ]);
  const file = await open(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { ino } = await file.stat({ bigint: true });
    if (String(ino) !== entry.inode)
      throw new Error(`${textOfName(path)} was replaced while it was looked at`);
    const hash = createHash("sha256");
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, Math.max(entry.size, 1)));
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return hash.digest();
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
