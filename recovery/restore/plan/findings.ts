import type { Head, Lineage } from "../../lineage/head.ts";
import type { RestoreJournal } from "../journal/journal.ts";
import type { ReplacedData } from "../replaced-data.ts";
import type { PhaseName } from "./phase-name.ts";

/** A recovery point as one repository lists it. */
export interface FoundPoint {
  readonly id: string;
  /** ISO time, as its tag says: all that was acknowledged before it is in the point. */
  readonly instant: string;
  /** Its place within lineage and generation, whatever the clock said; absent in points of before they were numbered. */
  readonly sequence?: number | undefined;
  readonly lineage: string;
  readonly generation: number;
  /** restic's own id of it, in this repository. */
  readonly snapshot: string;
  /** The stores that it holds, as its tags say; none when they do not. */
  readonly stores: readonly string[];
  /** Size when restored; null when the repository does not say. */
  readonly bytes: number | null;
}

/** A repository: its points, or why they cannot be read. */
export type FoundRepository =
  | { readonly state: "ok"; readonly points: readonly FoundPoint[] }
  | { readonly state: "missing" }
  | { readonly state: "wrong-password" }
  | { readonly state: "unreachable"; readonly why: string };

/** The head record with the version to replace it by; or why it cannot be read. */
export type FoundHead =
  | { readonly state: "ok"; readonly head: Head; readonly etag: string }
  | { readonly state: "none" }
  | { readonly state: "unreachable"; readonly why: string };

/** A store as it stands before the restore. */
export interface FoundStore {
  readonly name: string;
  /** False when the Swarm does not know the service: `up` has not been run. */
  readonly declared: boolean;
  readonly running: boolean;
  /** An application that keeps files: what is said of its service is among `applications`, and a point can be taken of it at rest. */
  readonly filesOnly?: true;
}

/** A service that was given another image, as this host saw it. */
export interface FoundDeployment {
  readonly number: number;
  readonly service: string;
  /** ISO time. */
  readonly began: string;
}

/** How long the phases of the last finished restore took, and how fast it fetched. */
export interface LastRestore {
  readonly seconds: Readonly<Partial<Record<PhaseName, number>>>;
  readonly bytesPerSecond: Readonly<Partial<Record<Place, number>>>;
}

export type Place = "local" | "offsite";

/** Everything that a plan is decided on: gathered once, before anything is touched. */
export interface Findings {
  readonly stack: string;
  /** This machine's id. */
  readonly host: string;
  readonly now: Date;
  /** The off-site copy as an operator would name it, such as `s3://kaleem-backup/prod`. */
  readonly offsiteName: string;
  readonly head: FoundHead;
  /** What the data root says of itself; null when it is without a lineage. */
  readonly root: Lineage | null;
  readonly local: FoundRepository;
  readonly offsite: FoundRepository;
  readonly stores: readonly FoundStore[];
  /** Services that are switched off here, and why. */
  readonly off: readonly { readonly name: string; readonly why: string }[];
  readonly applications: readonly { readonly name: string; readonly declared: boolean }[];
  /** Free space on the data filesystem, in bytes. */
  readonly freeBytes: number;
  /** What earlier restores moved aside, and takes space. */
  readonly replaced: readonly ReplacedData[];
  /** Store → its directories under the live root. */
  readonly directories: Readonly<Record<string, readonly string[]>>;
  /** Restore → the directories of stores that it moved aside and that are there; oldest first. */
  readonly movedAside: readonly { readonly id: string; readonly directories: readonly string[] }[];
  /** What the store of the request takes on the data filesystem now, in bytes; null when it is not asked for, or not known. */
  readonly liveBytes: number | null;
  /** Deployments that this host has seen, newest first. */
  readonly deployments: readonly FoundDeployment[];
  /** True while another restore runs on this host. */
  readonly restoreRunning: boolean;
  /** The journal of the last restore; null when there was none. */
  readonly journal: RestoreJournal | null;
  /** The store of an unfinished restore that the request discards; null when there is none, or when it is of the whole platform. */
  readonly discarded: string | null;
  readonly last: LastRestore | null;
}
