import type { Engine } from "../../toolchain/engine/engine.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";
import type { BucketLocation } from "../../recovery/lineage/bucket.ts";
import type { OffsiteCredentials } from "../../contract/offsite-credentials.ts";
import type { Progress } from "../../workstation/progress.ts";
import type { SshTarget } from "../ssh/ssh-target.ts";
import type { DataDecision } from "./data-decision.ts";
import type { RecoveryKit } from "./recovery-kit.ts";

/**
 * Where a stack lives: the only thing in which a machine of yours and one that is emulated on this computer differ.
 * What follows (decision on the data, plan, run, verdict, first point, next steps) is the same code for both.
 */
export interface Place {
  /** Makes sure that the machine, its bucket and its images can be used. */
  prepare(request: PlaceRequest): Promise<PreparedPlace>;
  /** The stack as the engine is given it, with what is decided about its data. */
  openContext(request: ContextRequest): Promise<StackContext>;
  /** Where customers reach the edge. */
  edgeAddress(): Promise<{ readonly address: string; readonly port: number }>;
  /** The address whose ports an audit scans. */
  scanAddress(): Promise<string>;
  /** Loses the machine with its disks, as a disaster would; what is off-site survives. Emulated machines alone. */
  lose(): Promise<void>;
  /** Removes all that was ever made here for the stack, off-site copies included. Emulated machines alone. */
  remove(progress: Progress): Promise<void>;
}

export interface PlaceRequest {
  readonly progress: Progress;
  /** Settings that win over the stack's file, by key without the namespace. Emulated machines alone. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Found, downloaded or built when first asked for. */
  readonly engine: () => Promise<Engine>;
  /** Asks whether something that costs nothing to undo may be done, such as making an empty state; throws when not. */
  readonly mayDo: (question: string) => Promise<void>;
  /** The machine may be taken over from a state that is lost for good. */
  readonly takeState: boolean;
}

/** A machine that answers over SSH, and a bucket. */
export interface PreparedPlace {
  readonly ssh: SshTarget;
  readonly offsite: BucketLocation;
  readonly offsiteKeys: OffsiteCredentials;
  /** Image reference → what is in it, such as `FerretDB 1.24.0 (stand-in)`. */
  readonly versions: ReadonlyMap<string, string>;
  /** The stack's file says that the platform is new. */
  readonly firstInstall: boolean;
  /** What is not protected there, whatever is done: told at the end. */
  readonly remarks: readonly string[];
  /** To be done once the operator has agreed, before anything else. */
  readonly claim: () => Promise<void>;
}

export interface ContextRequest {
  readonly engine: Engine;
  readonly data: DataDecision;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly kit?: RecoveryKit;
}
