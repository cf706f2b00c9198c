import type { RestoreReport } from "../recovery/restore/report/report.ts";
import type { EdgeTarget } from "../recovery/business/edge-client.ts";
import type { Attack } from "./scenarios/attack-bucket.ts";
import type { Damage } from "./scenarios/damage.ts";

/** Host's clock against ours: how far off it is, and how far off that figure may be. Both in milliseconds. */
export interface ClockOffset {
  readonly offsetMs: number;
  readonly errorMs: number;
}

/** Where a drill takes place: a stack that may be destroyed, and a way to rebuild it elsewhere. */
export interface DrillSite {
  /** Declares the stack and waits until it serves; where its customers reach it. */
  up(): Promise<EdgeTarget>;
  /** Instants of the points that have reached the off-site repository, oldest first. */
  shippedPoints(): Promise<readonly string[]>;
  /** What the host's units last said of taking and shipping points, and when their timers strike: for a person to read. */
  lastWordsOnPoints(): Promise<string>;
  /** Asked while the machine lives: the point's instant is by its clock. */
  clock(): Promise<ClockOffset>;
  /** Destroys the machine with its disks, at once. */
  lose(): Promise<void>;
  /** A fresh stack on a fresh machine, from what an operator has: repository, passphrase, the bucket's address and keys. */
  rebuild(): Promise<EdgeTarget>;
  /** What a rebuilt, unrestored stack shows: the edge's answer to a customer, and running application tasks. */
  closedSeen(): Promise<{ readonly status: number; readonly applicationTasks: number }>;
  /** Restores the latest point from off-site only. */
  restore(): Promise<RestoreReport>;
  /**
   * With the host's own keys, destroys all that they reach in the stack's bucket.
   * @throws RecoveryError when the bucket has no lock: every copy would be gone, and nothing proven
   */
  attackOffsite(): Promise<Attack>;
  /** Destroys what a store holds, while everything runs. */
  damage(store: string): Promise<Damage>;
  /** A store's task ends at once, and its directories hold nothing any more. */
  loseStore(store: string): Promise<Damage>;
  /** Restores one store, while the others serve, from the newest point before an instant of the host's clock. */
  restoreStore(store: string, before: Date): Promise<RestoreReport>;
  /** Restores the platform, where it is, from the newest point before an instant of the host's clock. */
  rollBack(before: Date): Promise<RestoreReport>;
}
