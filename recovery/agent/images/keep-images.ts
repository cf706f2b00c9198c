import { setTimeout as delay } from "node:timers/promises";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import type { Locks } from "../../host/locks.ts";
import { size, type Log } from "../../host/log.ts";
import {
  ImageDamaged,
  ImageEscrow,
  piecesOf,
  type KeptImage,
  type KeptObject,
  type ListedPiece,
} from "../../images/image-escrow.ts";
import { readManifest, thisArchitecture, type Descriptor } from "../../images/image-manifest.ts";
import { parseImageName, type ImageName } from "../../images/image-name.ts";
import type { Registry } from "../../images/registry.ts";
import type { Bucket } from "../../lineage/bucket.ts";
import type { ImagesResult } from "../answers/run-record.ts";
import {
  afterLook,
  isNamedByPoint,
  readImageTimes,
  writeImageTimes,
  type ImageTimes,
} from "./image-times.ts";

/** What keeping images needs; tests give another. */
export interface ImagesPorts {
  readonly bucket: Bucket;
  readonly locks: Pick<Locks, "acquire" | "taken">;
  readonly log: Log;
  readonly interrupted: AbortSignal;
  /** By the host's clock. */
  readonly now: () => Date;
  /** The references that services run, as they name them. */
  running(): Promise<readonly string[]>;
  /** The registry of that host. */
  registry(host: string): Promise<Pick<Registry, "manifest" | "blob">>;
  /** Instants of the points that are kept, here and off-site. */
  instants(): Promise<readonly string[]>;
  /** For how long the bucket's lock holds what is new. */
  readonly lockForMs: number;
  /** @default this machine's */
  readonly architecture?: string;
  /** @default `pieceBytes` */
  readonly pieceBytes?: number;
}

/** In so many days each piece is read back once. */
const readBackDays = 28;
/** A shipping that is at work has the link for so long before each piece. */
const shippingWaitMs = 60_000;
const lookMs = 500;
const dayMs = 24 * 3_600_000;

/**
 * Sees to it that the bucket has every image that services run, byte for byte as its registry gave it; reads what is new and a part of the
 * rest back; and takes away what neither runs nor belongs to a point that is kept, once the bucket's lock lets it go.
 *
 * Only what is missing is sent, a piece at a time. What one image lacks keeps no other from being kept.
 * @throws RecoveryError `repositoryDamaged` when something in the bucket is not what it must be; `failed` naming every image that could not be
 * kept, once all were tried
 */
export async function keepImages(ports: ImagesPorts): Promise<ImagesResult> {
  const lock = await ports.locks.acquire("images");
  try {
    return await new Keeping(ports).all();
  } finally {
    await lock.release();
  }
}

class Keeping {
  readonly #ports: ImagesPorts;
  readonly #escrow: ImageEscrow;
  readonly #problems: string[] = [];
  #there = new Map<string, ListedPiece>();
  #sent = 0;
  #damaged = false;

  constructor(ports: ImagesPorts) {
    this.#ports = ports;
    this.#escrow = new ImageEscrow(ports.bucket, ports.pieceBytes);
  }

  async all(): Promise<ImagesResult> {
    const { log, bucket, now } = this.#ports;
    const running = this.#named(await this.#ports.running());
    const kept = new Map(await this.#escrow.images());
    this.#there = await this.#escrow.pieces();
    const fresh: KeptImage[] = [];
    for (const [reference, name] of running) {
      const there = kept.get(name.digest);
      if (there !== undefined && this.#isWhole(there.image)) continue;
      const image = await this.#tryBring(
        reference,
        name,
        [...kept.values()].map(({ image: one }) => one),
      );
      if (image === null) continue;
      fresh.push(image);
      kept.set(image.digest, { image, storedAtMs: now().getTime() });
    }
    const digests = new Set([...running.values()].map(({ digest }) => digest));
    const times = afterLook(await readImageTimes(bucket), digests, new Set(kept.keys()), now());
    await writeImageTimes(bucket, times);
    const verified = await log.phase("read back", () => this.#readBack([...kept.values()], fresh));
    const removed = await this.#takeAway(kept, times);
    this.#tell();
    const images = [...kept.values()].map(({ image }) => image);
    const used = piecesOf(images);
    const bytes = [...used].reduce((sum, name) => sum + (this.#there.get(name)?.bytes ?? 0), 0);
    return {
      images: kept.size,
      bytes,
      brought: fresh.length,
      bytesSent: this.#sent,
      bytesVerified: verified,
      removed,
    };
  }

  #named(references: readonly string[]): ReadonlyMap<string, ImageName> {
    const named = new Map<string, ImageName>();
    for (const reference of new Set(references)) {
      const name = parseImageName(reference);
      if (name !== null) named.set(reference, name);
      else this.#problems.push(`${reference} has no digest, so nobody can say what it is.`);
    }
    return named;
  }

  #isWhole({ manifests, blobs }: KeptImage): boolean {
    return [...manifests, ...blobs].every(({ pieces }) => pieces.every((name) => this.#there.has(name)));
  }

  async #tryBring(
    reference: string,
    name: ImageName,
    others: readonly KeptImage[],
  ): Promise<KeptImage | null> {
    const { log, interrupted } = this.#ports;
    try {
      return await log.phase(`bring ${reference}`, () => this.#bring(reference, name, others));
    } catch (error) {
      interrupted.throwIfAborted();
      if (error instanceof RecoveryError) throw error;
      this.#problems.push(`${reference}: ${sentenceOf(error)}.`);
      return null;
    }
  }

  async #bring(reference: string, name: ImageName, others: readonly KeptImage[]): Promise<KeptImage> {
    const architecture = this.#ports.architecture ?? thisArchitecture();
    const registry = await this.#ports.registry(name.registry);
    const known = new Map(
      others.flatMap(({ manifests, blobs }) => [...manifests, ...blobs].map((one) => [one.digest, one])),
    );
    const manifests: KeptObject[] = [];
    const blobs = new Map<string, KeptObject>();
    const keep = async (digest: string): Promise<void> => {
      this.#ports.interrupted.throwIfAborted();
      const { bytes, mediaType } = await registry.manifest(name.repository, digest);
      manifests.push(await this.#send({ digest, mediaType }, [bytes]));
      const content = readManifest(bytes, architecture);
      if (content.kind === "list") {
        for (const one of content.manifests) await keep(one.digest);
        return;
      }
      for (const blob of content.blobs)
        if (!blobs.has(blob.digest)) blobs.set(blob.digest, await this.#blob(registry, name, blob, known));
    };
    await keep(name.digest);
    const image: KeptImage = {
      version: 1,
      reference,
      digest: name.digest,
      platform: `linux/${architecture}`,
      manifests,
      blobs: [...blobs.values()],
    };
    await this.#escrow.record(image);
    return image;
  }

  async #blob(
    registry: Pick<Registry, "blob">,
    { repository }: ImageName,
    blob: Descriptor,
    known: ReadonlyMap<string, KeptObject>,
  ): Promise<KeptObject> {
    const there = known.get(blob.digest);
    if (there?.pieces.every((name) => this.#there.has(name)) === true) return there;
    return this.#send(blob, registry.blob(repository, blob));
  }

  async #send(
    what: { readonly digest: string; readonly mediaType: string },
    source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<KeptObject> {
    const { kept, sent } = await this.#escrow.bring(what, toAsync(source), this.#there, () => this.#turn());
    this.#sent += sent;
    return kept;
  }

  /** Points have the link first. */
  async #turn(): Promise<void> {
    const { locks, interrupted } = this.#ports;
    const until = Date.now() + shippingWaitMs;
    while (Date.now() < until && (await locks.taken("offsite")))
      await delay(lookMs, undefined, { signal: interrupted });
    interrupted.throwIfAborted();
  }

  /** @returns how many bytes were read */
  async #readBack(
    kept: readonly { readonly image: KeptImage }[],
    fresh: readonly KeptImage[],
  ): Promise<number> {
    const day = Math.floor(this.#ports.now().getTime() / dayMs) % readBackDays;
    const isNew = new Set(
      fresh.flatMap(({ manifests, blobs }) => [...manifests, ...blobs].map(({ digest }) => digest)),
    );
    const isDue = ({ digest }: KeptObject): boolean =>
      isNew.has(digest) || Number.parseInt(digest.slice(-4), 16) % readBackDays === day;
    const objects = new Map(
      kept.flatMap(({ image }) =>
        [...image.manifests, ...image.blobs].map((one) => [one.digest, one] as const),
      ),
    );
    let bytes = 0;
    for (const object of objects.values()) {
      if (!isDue(object)) continue;
      this.#ports.interrupted.throwIfAborted();
      try {
        for await (const piece of this.#escrow.read(object)) bytes += piece.length;
      } catch (error) {
        if (!(error instanceof ImageDamaged)) throw error;
        this.#damaged = true;
        this.#problems.push(error.message);
        await this.#giveUp(error.piece);
      }
    }
    return bytes;
  }

  /** So that the next run brings it anew. */
  async #giveUp(piece: string | null): Promise<void> {
    if (piece === null) return;
    if (await this.#unlessHeld(`damaged piece ${piece}`, () => this.#escrow.removePiece(piece)))
      this.#there.delete(piece);
  }

  /** @returns how many images went */
  async #takeAway(
    kept: Map<string, { readonly image: KeptImage; readonly storedAtMs: number }>,
    times: ImageTimes,
  ): Promise<number> {
    const { bucket, log, lockForMs, now } = this.#ports;
    const free = now().getTime() + (bucket.clockAheadMs ?? 0) - lockForMs;
    const idle = [...kept].filter(([digest]) => times[digest]?.runs === false);
    const instants = idle.length === 0 ? [] : await this.#ports.instants();
    let removed = 0;
    for (const [digest, { image, storedAtMs }] of idle) {
      const time = times[digest];
      if (time === undefined || storedAtMs > free || isNamedByPoint(time, instants)) continue;
      if (!(await this.#unlessHeld(image.reference, () => this.#escrow.forget(digest)))) continue;
      log.line(`${image.reference} does not run any more, and no point that is kept is of its time: removed`);
      kept.delete(digest);
      removed += 1;
    }
    const used = piecesOf([...kept.values()].map(({ image }) => image));
    for (const [name, { storedAtMs }] of this.#there)
      if (!used.has(name) && storedAtMs <= free)
        if (await this.#unlessHeld(`piece ${name}`, () => this.#escrow.removePiece(name)))
          this.#there.delete(name);
    return removed;
  }

  async #unlessHeld(what: string, remove: () => Promise<void>): Promise<boolean> {
    try {
      await remove();
      return true;
    } catch (error) {
      if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.objectLocked) throw error;
      this.#ports.log.line(`${what} stays: the bucket's lock holds it`);
      return false;
    }
  }

  #tell(): void {
    if (this.#problems.length === 0) return;
    throw new RecoveryError(
      this.#damaged ? exitCodes.repositoryDamaged : exitCodes.failed,
      `Not every image that runs is in the bucket as it must be. ${this.#problems.join(" ")}`,
    );
  }
}

async function* toAsync(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* source;
}

/** For people: one sentence. */
export function describeImages({
  images,
  bytes,
  brought,
  bytesSent,
  bytesVerified,
  removed,
}: ImagesResult): string {
  return `${images} images in the bucket, ${size(bytes)}; ${brought} new (${size(bytesSent)} sent), ${size(bytesVerified)} read back, ${removed} removed`;
}
