import { createHash, type Hash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** What a made thing depends on: a literal string, one file's content, or all that a directory holds. */
export type KeyPart = string | { readonly file: string } | { readonly directory: string };

/**
 * A name for what is made from `parts`: 20 hex digits that change when any part does. Files count by
 * content and executable bit, directories by relative paths as well; where they lie does not count, so two
 * checkouts share what they make. Throws when a path cannot be read.
 */
export function contentKey(parts: readonly KeyPart[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    if (typeof part === "string") add(hash, "text", part);
    else if ("file" in part) addFile(hash, "", part.file);
    else addDirectory(hash, "", part.directory);
  }
  return hash.digest("hex").slice(0, 20);
}

/** Length before content, so that ["ab", "c"] and ["a", "bc"] differ. */
function add(hash: Hash, kind: string, content: string | Buffer): void {
  hash.update(`${kind}:${String(Buffer.byteLength(content))}:`).update(content);
}

function addFile(hash: Hash, name: string, path: string): void {
  const executable = (lstatSync(path).mode & 0o111) === 0 ? "-" : "x";
  add(hash, "file", `${executable}${name}`);
  add(hash, "content", readFileSync(path));
}

function addDirectory(hash: Hash, prefix: string, directory: string): void {
  add(hash, "directory", prefix);
  const entries = readdirSync(directory, { withFileTypes: true });
  entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  for (const entry of entries) {
    const name = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) addDirectory(hash, name, path);
    else if (entry.isSymbolicLink()) add(hash, "link", `${name}\0${readlinkSync(path)}`);
    else addFile(hash, name, path);
  }
}
