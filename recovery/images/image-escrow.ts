import { createHash } from "node:crypto";
import { z } from "zod";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { bucketLayout } from "../../contract/layout.ts";
import type { Bucket } from "../lineage/bucket.ts";

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const hex = z.string().regex(/^[0-9a-f]{64}$/);

const keptObject = z.object({
  digest,
  mediaType: z.string(),
  bytes: z.number().int().nonnegative(),
  /** SHA-256 of its pieces in their order; a small one is one piece, named by its own digest. */
  pieces: z.array(hex),
});
export type KeptObject = z.infer<typeof keptObject>;

/** An image in the bucket, whole: written after all of it is there, and never changed. */
export const keptImageSchema = z.object({
  version: z.literal(1),
  /** As a service named it, with its digest. */
  reference: z.string(),
  /** The digest that it is pulled by. */
  digest,
  /** What it is for, such as `linux/amd64`. */
  platform: z.string(),
  /** The manifest that is pulled first, and those that it names for this platform. */
  manifests: z.array(keptObject).min(1),
  /** Configurations and layers. */
  blobs: z.array(keptObject),
});
export type KeptImage = z.infer<typeof keptImageSchema>;

/** A piece as the bucket lists it. */
export interface ListedPiece {
  readonly bytes: number;
  readonly storedAtMs: number;
}

/** Memory that a transfer takes, whatever the size of a layer. */
export const pieceBytes = 32 * 2 ** 20;

const pieceKey = (name: string): string => `${bucketLayout.images}/blobs/sha256/${name}`;
const recordKey = (of: string): string => `${bucketLayout.images}/records/${of.slice("sha256:".length)}.json`;

/**
 * Images in the bucket: manifests, configurations and layers, byte for byte as their registry gave them, each object named by the SHA-256 of
 * its content. What is larger than a piece lies there in pieces, and a record says which; so no transfer holds more than one in memory.
 */
export class ImageEscrow {
  readonly #bucket: Pick<Bucket, "list" | "read" | "store" | "get" | "put" | "delete">;
  readonly #pieceBytes: number;

  /** @param pieces Bytes of one. @default pieceBytes */
  constructor(
    bucket: Pick<Bucket, "list" | "read" | "store" | "get" | "put" | "delete">,
    pieces: number = pieceBytes,
  ) {
    this.#bucket = bucket;
    this.#pieceBytes = pieces;
  }

  /** Every image that is whole, with when its record was stored; what cannot be understood is left out. */
  async images(): Promise<ReadonlyMap<string, { readonly image: KeptImage; readonly storedAtMs: number }>> {
    const found = new Map<string, { readonly image: KeptImage; readonly storedAtMs: number }>();
    for (const { key, storedAtMs } of await this.#bucket.list(`${bucketLayout.images}/records/`)) {
      const stored = await this.#bucket.get(key);
      const image = stored === null ? null : parse(stored.body);
      if (image !== null && recordKey(image.digest) === key) found.set(image.digest, { image, storedAtMs });
    }
    return found;
  }

  /** What there is of blobs: SHA-256 of each piece. */
  async pieces(): Promise<Map<string, ListedPiece>> {
    const listed = await this.#bucket.list(pieceKey(""));
    return new Map(
      listed.map(({ key, bytes, storedAtMs }) => [key.slice(pieceKey("").length), { bytes, storedAtMs }]),
    );
  }

  /**
   * Brings one object's bytes, a piece at a time; a piece that is there is not sent again.
   * @param there The pieces that the bucket has; what is brought is added.
   * @param before Waited for before each piece is sent.
   * @throws RecoveryError when the bucket refuses; whatever `source` throws
   */
  async bring(
    { digest: of, mediaType }: { readonly digest: string; readonly mediaType: string },
    source: AsyncIterable<Uint8Array>,
    there: Map<string, ListedPiece>,
    before: () => Promise<void> = () => Promise.resolve(),
  ): Promise<{ readonly kept: KeptObject; readonly sent: number }> {
    const names: string[] = [];
    let bytes = 0;
    let sent = 0;
    for await (const piece of inPieces(source, this.#pieceBytes)) {
      const name = createHash("sha256").update(piece).digest("hex");
      if (there.get(name)?.bytes !== piece.length) {
        await before();
        await this.#store(name, piece);
        there.set(name, { bytes: piece.length, storedAtMs: Date.now() });
        sent += piece.length;
      }
      names.push(name);
      bytes += piece.length;
    }
    return { kept: { digest: of, mediaType, bytes, pieces: names }, sent };
  }

  /** An answer that was lost: it is there, and the bucket's lock refuses to take it again. */
  async #store(name: string, piece: Buffer<ArrayBuffer>): Promise<void> {
    try {
      await this.#bucket.store(pieceKey(name), piece);
    } catch (error) {
      if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.objectLocked) throw error;
      const [listed] = await this.#bucket.list(pieceKey(name));
      if (listed?.bytes !== piece.length) throw error;
    }
  }

  /** Says that an image is whole. Its pieces are there. */
  async record(image: KeptImage): Promise<void> {
    const body = `${JSON.stringify(keptImageSchema.parse(image))}\n`;
    await this.#bucket.put(recordKey(image.digest), body, "application/json", { ifAbsent: true });
  }

  /**
   * The bytes of an object, a piece at a time, each held against its name.
   * @throws ImageDamaged when a piece is missing or is another one
   */
  async *read({ digest: of, bytes, pieces }: KeptObject): AsyncGenerator<Buffer<ArrayBuffer>> {
    const hash = createHash("sha256");
    let read = 0;
    for (const name of pieces) {
      const piece = await this.#bucket.read(pieceKey(name));
      if (piece === null) throw new ImageDamaged(pieceKey(name), name, "is missing");
      if (createHash("sha256").update(piece).digest("hex") !== name)
        throw new ImageDamaged(pieceKey(name), name, "is not what its name says");
      hash.update(piece);
      read += piece.length;
      yield piece;
    }
    if (read !== bytes || `sha256:${hash.digest("hex")}` !== of)
      throw new ImageDamaged(of, null, "is not what its pieces give together");
  }

  /** Removes an image's record; its pieces are others' too. @throws RecoveryError `objectLocked` */
  async forget(of: string): Promise<void> {
    await this.#bucket.delete(recordKey(of));
  }

  /** Removes a piece. @throws RecoveryError `objectLocked` */
  async removePiece(name: string): Promise<void> {
    await this.#bucket.delete(pieceKey(name));
  }
}

/** The pieces that images are made of. */
export function piecesOf(images: Iterable<KeptImage>): ReadonlySet<string> {
  const used = new Set<string>();
  for (const { manifests, blobs } of images)
    for (const { pieces } of [...manifests, ...blobs]) for (const name of pieces) used.add(name);
  return used;
}

async function* inPieces(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Buffer<ArrayBuffer>> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + size - length);
      waiting.push(part);
      length += part.length;
      at += part.length;
      if (length < size) continue;
      yield Buffer.concat(waiting, length);
      waiting = [];
      length = 0;
    }
  }
  if (length > 0) yield Buffer.concat(waiting, length);
}

/** An object of an image that is not in the bucket as it was brought. */
export class ImageDamaged extends RecoveryError {
  /** The piece that is missing or altered; null when each is right and they do not fit together. */
  readonly piece: string | null;
  constructor(what: string, piece: string | null, how: string) {
    super(exitCodes.repositoryDamaged, `Image object ${what} in the bucket ${how}.`);
    this.name = "ImageDamaged";
    this.piece = piece;
  }
}

function parse(body: string): KeptImage | null {
  try {
    return keptImageSchema.safeParse(JSON.parse(body)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
