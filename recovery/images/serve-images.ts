import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import { sentenceOf } from "../../contract/sentence-of.ts";
import type { ImageEscrow, KeptObject } from "./image-escrow.ts";

/** What the server tells of what it does. */
export interface ServedLog {
  line(text: string): void;
}

/**
 * A registry that gives the images that the bucket holds, by digest and read-only: as much of the distribution API as a pull asks. Under
 * whatever name an image is asked for, its digest says which it is. Docker checks every byte against that again.
 */
export function imageServer(escrow: Pick<ImageEscrow, "images" | "read">, log: ServedLog): Server {
  const shelf = new Shelf(escrow);
  return createServer((request, response) => {
    serve(shelf, escrow, request, response).catch((error: unknown) => {
      log.line(`${request.method ?? ""} ${request.url ?? ""}: ${sentenceOf(error)}`);
      // Half an answer must not look like a whole one.
      if (response.headersSent) response.destroy();
      else fail(response, 502, "UNKNOWN", "the bucket could not be read; the journal of this host says why");
    });
  });
}

/** What there is, looked up anew when something is asked for that was not there at the last look. */
class Shelf {
  readonly #escrow: Pick<ImageEscrow, "images">;
  #manifests = new Map<string, KeptObject>();
  #blobs = new Map<string, KeptObject>();
  constructor(escrow: Pick<ImageEscrow, "images">) {
    this.#escrow = escrow;
  }

  async find(kind: "manifests" | "blobs", digest: string): Promise<KeptObject | null> {
    const there = (): KeptObject | undefined =>
      (kind === "manifests" ? this.#manifests : this.#blobs).get(digest);
    if (there() === undefined) await this.#look();
    return there() ?? null;
  }

  async #look(): Promise<void> {
    const images = [...(await this.#escrow.images()).values()];
    const byDigest = (objects: readonly KeptObject[]): Map<string, KeptObject> =>
      new Map(objects.map((object) => [object.digest, object]));
    this.#manifests = byDigest(images.flatMap(({ image }) => image.manifests));
    this.#blobs = byDigest(images.flatMap(({ image }) => image.blobs));
  }
}

async function serve(
  shelf: Shelf,
  escrow: Pick<ImageEscrow, "read">,
  { method = "", url = "" }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (method !== "GET" && method !== "HEAD") {
    fail(response, 405, "UNSUPPORTED", "images are only given here");
    return;
  }
  const [path = ""] = url.split("?");
  if (path === "/v2/" || path === "/v2") return void response.writeHead(200, json).end("{}");
  const [, , kind, digest] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
  if (kind === undefined || digest === undefined) {
    fail(response, 404, "NAME_UNKNOWN", "no such address");
    return;
  }
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) {
    fail(response, 404, "MANIFEST_UNKNOWN", "images are given by their digest alone");
    return;
  }
  const object = await shelf.find(kind === "manifests" ? "manifests" : "blobs", digest);
  if (object === null) {
    fail(response, 404, "MANIFEST_UNKNOWN", "the bucket has no such image");
    return;
  }
  const head = {
    "content-type": kind === "manifests" ? object.mediaType : "application/octet-stream",
    "content-length": object.bytes,
    "docker-content-digest": digest,
  };
  if (method === "HEAD") return void response.writeHead(200, head).end();
  let begun = false;
  for await (const piece of escrow.read(object)) {
    // Only now: what cannot be read at all is no 200.
    if (!begun) response.writeHead(200, head);
    begun = true;
    if (!response.write(piece)) await Promise.race([once(response, "drain"), once(response, "close")]);
    if (response.destroyed) return;
  }
  if (!begun) response.writeHead(200, head);
  response.end();
}

const json = { "content-type": "application/json", "docker-distribution-api-version": "registry/2.0" };

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, json).end(JSON.stringify({ errors: [{ code, message }] }));
}
