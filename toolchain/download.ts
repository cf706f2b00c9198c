import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

const connectSeconds = 5;
const downloadSeconds = 600;

/** Sends the request and waits at most five seconds for an answer to begin, ten minutes for it to end. */
export async function open(url: string): Promise<Response> {
  const connecting = new AbortController();
  const timer = setTimeout(() => {
    connecting.abort(new Error(`no answer within ${String(connectSeconds)} s from ${new URL(url).host}`));
  }, connectSeconds * 1000);
  try {
    const signal = AbortSignal.any([connecting.signal, AbortSignal.timeout(downloadSeconds * 1000)]);
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Error(`${url} answered ${String(response.status)}`);
    return response;
  } finally {
    clearTimeout(timer);
  }
}

/** Downloads into `file`. @throws Error when what came does not have the SHA-256 that is published for it */
export async function download(
  url: string,
  file: string,
  sha256: string,
  report: (detail: string) => void,
): Promise<void> {
  const response = await open(url);
  if (response.body === null) throw new Error(`${url} answered nothing`);
  const hash = createHash("sha256");
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      hash.update(chunk);
      bytes += chunk.length;
      report(`downloading, ${String(Math.round(bytes / 1e6))} MB`);
      next(null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(response.body), measure, createWriteStream(file));
  const got = hash.digest("hex");
  if (got !== sha256)
    throw new Error(`${url} has the checksum ${got}, but ${sha256} is published; it is not used`);
}
