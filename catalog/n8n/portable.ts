import type { PortableContent } from "../portable/read-portable.ts";
import type { ToolCall } from "../portable/portable.ts";
import { readTar } from "../portable/tar.ts";

/**
 * A copy of n8n's database by SQLite itself, which is whole although n8n writes meanwhile, beside the key that its credentials are encrypted
 * with. The copy lies on n8n's own volume, as large as its database, and is gone afterwards; what a killed dump has left goes first.
 */
const dumpScript = `set -eu
IFS= read -r nothing
umask 077
rm -rf "$1"/.dump-*
copy="$1/.dump-$$"
trap 'rm -rf "$copy"' EXIT
mkdir "$copy"
node -e '
const { DatabaseSync } = require("node:sqlite");
const [from, to] = process.argv.slice(1);
new DatabaseSync(from).prepare("VACUUM INTO ?").run(to);
' "$1/database.sqlite" "$copy/database.sqlite"
cat "$2" > "$copy/encryption-key"
if [ -f "$1/config" ]; then cat "$1/config" > "$copy/config"; fi
tar -c -f - -C "$copy" .`;

/** Inside n8n's task, by its own Node.js. @param data n8n's folder @param key the file with its encryption key */
export function dumpDatabase(data = "/home/node/.n8n", key = "/run/secrets/encryption-key"): ToolCall {
  return { argv: ["sh", "-c", dumpScript, "sh", data, key], firstLine: "" };
}

const sqliteMagic = "SQLite format 3\u0000";

/** Reads such an archive to its end. @throws Error, a sentence's part, for one that is not whole */
export async function statedByDatabase(source: AsyncIterable<Uint8Array>): Promise<PortableContent> {
  let database = false;
  let key = 0;
  for await (const file of readTar(source)) {
    let head = Buffer.alloc(0);
    for await (const piece of file.content()) if (head.length < 100) head = Buffer.concat([head, piece]);
    if (file.name === "./encryption-key") key = file.size;
    if (file.name !== "./database.sqlite") continue;
    if (head.toString("latin1", 0, 16) !== sqliteMagic)
      throw new Error("holds a database.sqlite that is no database of SQLite");
    const field = head.readUInt16BE(16);
    // The largest size does not fit into its field.
    const pages = file.size / (field === 1 ? 65_536 : field);
    if (pages !== head.readUInt32BE(28))
      throw new Error(`is damaged: its database has ${pages} pages, and says ${head.readUInt32BE(28)}`);
    database = true;
  }
  if (!database || key === 0)
    throw new Error(
      `was cut off, or is no dump of n8n: it has no ${database ? "encryption-key" : "database.sqlite"}`,
    );
  return {
    ...{ version: null, parts: [], stated: [], facts: {} },
    leftOut: ["counts: n8n's database is one file, which n8n alone reads"],
  };
}
