import type { BucketLocation } from "../../recovery/lineage/bucket.ts";
import type { OffsiteCredentials } from "../../recovery/lineage/offsite-credentials.ts";
import type { Progress } from "../../workstation/progress.ts";
import type { SshTarget } from "../ssh/ssh-target.ts";

/**
 * Where a stack lives: the only thing in which a machine of yours and one that is emulated on this computer differ.
 * What follows `prepare` (plan, run, verdict, decision on the data, next steps) is the same code for both.
 */
export interface Place {
  /** Makes sure that the machine, its bucket and its images can be used, and tells what was found out on the way. */
  prepare(request: PlaceRequest): Promise<PreparedPlace>;
  /** Where customers reach the edge. */
  edgeAddress(): { readonly address: string; readonly port: number };
  /** The address whose ports an audit scans. */
  scanAddress(): Promise<string>;
  /** Loses the machine with its disks, as a disaster would; what is off-site survives. Emulated machines alone. */
  lose(): Promise<void>;
  /** Removes all that was ever made here for the stack, off-site copies included. Emulated machines alone. */
  remove(progress: Progress): Promise<void>;
}

export interface PlaceRequest {
  readonly progress: Progress;
  /** Settings that win over the stack's file, by key without the namespace. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A machine that answers over SSH, and a bucket. */
export interface PreparedPlace {
  readonly ssh: SshTarget;
  readonly offsite: BucketLocation;
  /** The bucket's keys, where the place made them; null where the stack's file holds them. */
  readonly offsiteKeys: OffsiteCredentials | null;
  /** What was found out, by key without the namespace; wins over the committed settings. */
  readonly found: Readonly<Record<string, unknown>>;
  /** Image reference → what is in it, such as `FerretDB 1.24.0 (stand-in)`. */
  readonly versions: ReadonlyMap<string, string>;
}
