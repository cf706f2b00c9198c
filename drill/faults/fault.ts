import type { ListedObject } from "../../recovery/lineage/bucket-listing.ts";
import type { Cause } from "./causes.ts";
import type { CheckName } from "./checks.ts";
import type { Random } from "./random.ts";

/** What every fault says of itself. */
interface Facts {
  /** Nobody else's; begins with its family. */
  readonly name: string;
  /** What is wrong, in words. */
  readonly what: string;
  readonly cause: Cause;
  /** The check of the verdict that finds it. */
  readonly check: CheckName;
  /** No other check finds it: with that one switched off it must go unnoticed. */
  readonly only?: true;
  /** Each must be in a sentence of the verdict; text as it is, or a pattern. */
  readonly named: readonly (string | RegExp)[];
}

/** Something that is changed in a restored store, by its own client. */
export interface StoreFault<Client> extends Facts {
  /** Number and size of what is there stay as they were. */
  readonly equalSize?: true;
  readonly change: (client: Client, random: Random) => Promise<unknown>;
}

/** A store and all that is done to it: what no definition names goes in, and what may be altered in what came back. */
export interface StoreSubject<Client> {
  readonly store: string;
  /** Fills a store that is set up. What the store lets go by itself is among it, where it knows such a thing. */
  readonly populate: (client: Client, secrets: Readonly<Record<string, string>>) => Promise<unknown>;
  readonly faults: readonly StoreFault<Client>[];
}

/**
 * What somebody has left in a store's data directory, which no engine looks at: files and a link whose change disturbs nobody but the
 * check of the files.
 */
export const leftByHand = {
  directory: "redis",
  folder: "left-by-hand",
  first: "first.bin",
  second: "second.bin",
  link: "newest",
  bytes: 40_000,
} as const;

/** A fetched point, in files: `manifest.json` and `files/`. Everything in it may be changed. */
export interface FetchedPoint {
  readonly folder: string;
}

/** Something that is changed in what was fetched, before it is checked. */
export interface FilesFault extends Facts {
  readonly change: (fetched: FetchedPoint, random: Random) => Promise<unknown>;
}

/** The off-site bucket as a fault sees it. What it changes is put back after the run. */
export interface BucketUnderFault {
  list(prefix: string): Promise<readonly ListedObject[]>;
  /** @throws Error when there is no such object */
  read(key: string): Promise<Buffer>;
  write(key: string, body: Buffer | string): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Where a piece of the newest point lies that every restore of it must read. */
export interface Piece {
  /** Key of its pack in the bucket. */
  readonly pack: string;
  readonly offset: number;
  readonly length: number;
}

/** Facts of the base that a fault may need. */
export interface ShippedFacts {
  /** The last point that was shipped, and the one before it: our ids. */
  readonly newest: string;
  readonly former: string;
  /** A lineage that has a point in the bucket and does not serve. */
  readonly otherLineage: string;
  /** restic's names of their snapshots off-site. */
  readonly snapshots: { readonly newest: string; readonly former: string };
  /** Of a file's content, and of the list of the uppermost folder. */
  readonly pieces: { readonly data: Piece; readonly tree: Piece };
  /** Of the repositories. */
  readonly password: string;
}

/** Something that is changed in the bucket before the restore begins. */
export interface BucketFault extends Facts {
  readonly change: (bucket: BucketUnderFault, facts: ShippedFacts, random: Random) => Promise<unknown>;
}

/** What is wrong with the machine that recovers, or with what its operator asks. */
export interface HostTrouble {
  /** Instead of the right one. */
  readonly resticPassword?: string;
  /** Instead of the right one, of the key pair. */
  readonly secretAccessKey?: string;
  readonly bucket?: string;
  /** Its port answers nobody. */
  readonly deadEndpoint?: true;
  /** How far the clock has gone on since the last shipping, in ms. */
  readonly laterMs?: number;
  readonly withoutProof?: true;
  /** The store starts on empty directories. */
  readonly emptyStore?: true;
  /** The store ends before it is asked. */
  readonly storeGone?: true;
}

/** A recovery on a machine that is not as it must be. Something in the bucket may be wrong as well. */
export interface HostFault extends Facts {
  readonly trouble: HostTrouble;
  readonly change?: BucketFault["change"];
}
