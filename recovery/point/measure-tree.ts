import { createHash, type Hash } from "node:crypto";
import { textOfName } from "./byte-name.ts";
import type { TreeEntry } from "./tree.ts";

/**
 * What a directory's entries are, as SHA-256 in hexadecimal digits: one for each thing that may differ, so that what differs can be said. Over
 * the entries in the order of their depth and then of their names' bytes.
 */
export interface TreeDigest {
  /** Names and kinds of all entries, and where links point. */
  readonly names: string;
  /** Sizes of regular files. */
  readonly sizes: string;
  /** Modes and owners. */
  readonly access: string;
  /** Modification times. */
  readonly times: string;
  /** The first folders right below, by name (`textOfName`), and what lies right below as `.`; so that where it differs can be said. */
  readonly folders: Readonly<Record<string, FolderDigest>>;
}

/** What a folder holds, with all that is below it. */
export interface FolderDigest {
  readonly files: number;
  readonly bytes: number;
  /** Of all four together. */
  readonly digest: string;
}

/** What a directory holds: regular files and their bytes, and what its entries are. */
export interface HeldFiles {
  readonly files: number;
  readonly bytes: number;
  readonly digest: TreeDigest;
}

/** So many folders have a digest of their own; the others are in that of the whole. */
const folderLimit = 64;
/** Hashing many short texts at once is faster. */
const batchLength = 64 * 1024;

/** Measures one directory, entry by entry, in their order; memory does not grow with it. */
export class TreeMeasure {
  readonly #prefix: string;
  readonly #names = new Digest();
  readonly #sizes = new Digest();
  readonly #access = new Digest();
  readonly #times = new Digest();
  readonly #folders = new Map<string, { files: number; bytes: number; readonly digest: Digest }>();
  #files = 0;
  #bytes = 0;
  /** @param directory Its path in the listing. */
  constructor(directory: string) {
    this.#prefix = `${directory}/`;
  }

  /** True for the directory itself and what is below it. */
  holds(path: string): boolean {
    return path.startsWith(this.#prefix) || `${path}/` === this.#prefix;
  }

  add(entry: TreeEntry): void {
    const { kind, target, mode, uid, gid, mtime } = entry;
    const path = entry.path.slice(this.#prefix.length);
    const name = `${path}\0${kind}${target}\0`;
    const size = kind === "f" ? `${path}\0${entry.size}\0` : "";
    const access = `${path}\0${mode.toString(8)} ${uid} ${gid}\0`;
    const time = `${path}\0${mtime}\0`;
    this.#names.add(name);
    this.#sizes.add(size);
    this.#access.add(access);
    this.#times.add(time);
    const folder = this.#folderOf(path, kind);
    folder?.digest.add(name + size + access + time);
    if (kind !== "f") return;
    this.#files += 1;
    this.#bytes += entry.size;
    if (folder === undefined) return;
    folder.files += 1;
    folder.bytes += entry.size;
  }

  result(): HeldFiles {
    const folders = [...this.#folders].map(([name, { files, bytes, digest }]): [string, FolderDigest] => {
      return [name === "." ? name : textOfName(name), { files, bytes, digest: digest.hex() }];
    });
    return {
      files: this.#files,
      bytes: this.#bytes,
      digest: {
        names: this.#names.hex(),
        sizes: this.#sizes.hex(),
        access: this.#access.hex(),
        times: this.#times.hex(),
        folders: Object.fromEntries(folders),
      },
    };
  }

  /** Folders right below come before what is in them, so all that get a digest are known by then. */
  #folderOf(
    path: string,
    kind: TreeEntry["kind"],
  ): { files: number; bytes: number; readonly digest: Digest } | undefined {
    const slash = path.indexOf("/");
    const name = slash >= 0 ? path.slice(0, slash) : kind === "d" && path !== "" ? path : ".";
    const known = this.#folders.get(name);
    if (known !== undefined || slash >= 0 || this.#folders.size > folderLimit) return known;
    const made = { files: 0, bytes: 0, digest: new Digest() };
    this.#folders.set(Buffer.from(name, "latin1").toString("latin1"), made);
    return made;
  }
}

class Digest {
  readonly #hash: Hash = createHash("sha256");
  #pending = "";

  add(text: string): void {
    this.#pending += text;
    if (this.#pending.length > batchLength) this.#flush();
  }

  hex(): string {
    this.#flush();
    return this.#hash.digest("hex");
  }

  #flush(): void {
    this.#hash.update(this.#pending, "latin1");
    this.#pending = "";
  }
}
