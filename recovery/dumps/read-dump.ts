import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { Writable } from "node:stream";
import type { PortableSource } from "../../catalog/portable/portable.ts";
import { portableReader, type PortableContent, type Taking } from "../../catalog/portable/read-portable.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import type { DumpManifest } from "./dump-manifest.ts";
import { readWhileWritten } from "./read-while-written.ts";

/**
 * Reads a dump that was fetched from a repository, and holds it against its manifest.
 * @throws RecoveryError `repositoryDamaged` when it is not what was dumped; `usage` when it can be imported nowhere
 */
export async function readDump(
  manifest: DumpManifest,
  path: string,
  { rename, withoutUsers }: Taking,
): Promise<PortableSource> {
  const { id, source, file, instant } = manifest;
  const reader = portableReader(source);
  if (reader === null) throw new RecoveryError(exitCodes.usage, `${source}: nothing can be imported into it`);
  const kept: PortableContent[] = [];
  const nowhere = new Writable({ write: (_piece, _encoding, done) => done() });
  const read = async (content: AsyncIterable<Uint8Array>): Promise<PortableContent> => {
    const found = await reader(content, file, { rename, withoutUsers });
    kept.push(found);
    return found;
  };
  const content = await readWhileWritten(
    (to) => pipeline(createReadStream(path), to, { end: false }),
    read,
    nowhere,
  ).catch((cause: unknown) => {
    throw new RecoveryError(exitCodes.repositoryDamaged, `${source}: the dump ${id} ${sentenceOf(cause)}`, {
      cause,
    });
  });
  if (content.sha256 !== manifest.content.sha256 || content.bytes !== manifest.content.bytes)
    throw new RecoveryError(
      exitCodes.repositoryDamaged,
      `${source}: the dump ${id} is not what was dumped: its ${content.bytes} bytes have the SHA-256 ${content.sha256}, and its manifest says ${manifest.content.bytes} and ${manifest.content.sha256}: take another dump, and check the repository`,
    );
  const [{ facts, refusals = [] } = { facts: {} }] = kept;
  if (refusals.length > 0) throw new RecoveryError(exitCodes.usage, refusals.join("\n"));
  const { bytes, sha256, version, parts, stated, leftOut } = content;
  // What the stack dumped itself has its names already: none of them waits for --rename.
  const names = parts.map((part) => [part, rename[part] ?? part]);
  return {
    ...{ store: source, name: file, bytes, sha256, madeAt: instant, version, parts, stated, facts, leftOut },
    ...{ rename: Object.fromEntries(names) as Record<string, string>, withoutUsers },
  };
}
