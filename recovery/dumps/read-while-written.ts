import { createHash } from "node:crypto";
import { once } from "node:events";
import { PassThrough, type Writable } from "node:stream";
import type { PortableContent } from "../../catalog/portable/read-portable.ts";
import type { DumpedContent } from "./dump-manifest.ts";

/** Reads a dump to its end and tells what it holds. @throws Error, a sentence's part, for one that is not whole */
export type ContentReader = (content: AsyncIterable<Uint8Array>) => Promise<PortableContent>;

/**
 * Passes on what `write` writes, and reads it on its way as an import would: what is told of it is what went on, and one that is not whole is
 * found out before anybody takes it for good.
 * @throws whatever `write` throws, or Error with what is wrong with the content
 */
export async function readWhileWritten(
  write: (to: Writable) => Promise<void>,
  read: ContentReader,
  output: Writable,
): Promise<DumpedContent> {
  const through = new PassThrough();
  // A destroyed stream tells its reader by throwing there.
  through.on("error", () => undefined);
  const failures: Error[] = [];
  const onUnread = (error: Error): void => {
    failures.push(error);
    through.destroy(error);
  };
  output.on("error", onUnread);
  const writing = write(through).then(
    () => void through.end(),
    (error: unknown) => {
      failures.push(asError(error));
      through.destroy(asError(error));
    },
  );
  const hash = createHash("sha256");
  let bytes = 0;
  const passed = (async function* () {
    for await (const piece of through as AsyncIterable<Buffer>) {
      hash.update(piece);
      bytes += piece.length;
      if (!output.write(piece)) await once(output, "drain");
      yield piece;
    }
  })();
  try {
    const { version, parts, stated, leftOut } = await read(passed);
    while ((await passed.next()).done !== true) continue;
    return { bytes, sha256: hash.digest("hex"), version, parts, stated, leftOut };
  } catch (error) {
    // What breaks off is its writer's failure; one that is stopped for its content's sake is none.
    const [first = asError(error)] = failures;
    through.destroy();
    await writing;
    throw first;
  } finally {
    output.off("error", onUnread);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
