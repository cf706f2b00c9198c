import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { PortableSource } from "../../catalog/portable/portable.ts";
import { portableReader, type Taking } from "../../catalog/portable/read-portable.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import type { FoundFile } from "./find-files.ts";

/** What a file holds, or why it cannot be imported anywhere. */
export type ReadFile =
  { readonly source: PortableSource; readonly path: string } | { readonly refusals: readonly string[] };

/**
 * Reads a whole file: what it holds, and whether it is whole.
 * @param file as it was found @param path where its content is on this machine
 * @param older those of the same store beside it, newest first
 */
export async function readSource(
  file: FoundFile,
  path: string,
  taking: Taking,
  older: readonly FoundFile[] = [],
): Promise<ReadFile> {
  const { store, name } = file;
  const read = portableReader(store);
  if (read === null) return { refusals: [`${store}: nothing can be imported into it`] };
  const hash = createHash("sha256");
  let bytes = 0;
  const content = (async function* () {
    for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
      hash.update(piece);
      bytes += piece.length;
      yield piece;
    }
  })();
  try {
    const { madeMs, refusals = [], ...facts } = await read(content, name, taking);
    while ((await content.next()).done !== true) continue;
    if (refusals.length > 0) return { refusals };
    const madeAt = new Date(madeMs ?? file.madeMs).toISOString();
    const source = {
      ...{ store, name, bytes, sha256: hash.digest("hex"), madeAt },
      ...{ rename: renamesOf(facts.parts, taking.rename), withoutUsers: taking.withoutUsers },
      ...facts,
    };
    return { source, path };
  } catch (error) {
    const next = older[0];
    const instead =
      next === undefined
        ? "get a whole one"
        : `get a whole one, or move it away to take the next older one, ${next.path}`;
    return { refusals: [`${store}: ${file.path} ${wordsOf(error)}: ${instead}`] };
  }
}

function renamesOf(
  parts: readonly string[],
  rename: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(rename).filter(([from]) => parts.includes(from)));
}

/** zlib says these for a file that ends too early, is no gzip file, or has changed. */
const gzipErrors: Readonly<Record<string, string>> = {
  Z_BUF_ERROR: "was cut off",
  Z_DATA_ERROR: "is damaged, or is no gzip file",
};

function wordsOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return gzipErrors[code] ?? sentenceOf(error);
}
