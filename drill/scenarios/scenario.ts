import type { ScenarioName } from "./scenario-name.ts";

/** A sentence in the languages that records are written in. */
export interface Told {
  readonly en: string;
  readonly ar: string;
}

/** Limits of a scenario's own, beside what the catalog promises of each store: the stricter one counts. */
export interface ScenarioLimits {
  readonly rtoSeconds?: number;
  readonly rpoSeconds?: number;
}

/** What is lost, for real. */
export type Loss =
  /** The machine with its disks, at once. */
  | { readonly kind: "machine" }
  /** With the host's own keys, whatever can be removed or overwritten in the bucket; then the machine. */
  | { readonly kind: "bucket-and-machine" }
  /** The machine, and the bucket with it: what is left is a copy that was pulled. */
  | { readonly kind: "place" }
  /** What a store holds, by a command of its own client; everything goes on running. */
  | { readonly kind: "data"; readonly store: string }
  /** A store with its directory. */
  | { readonly kind: "store"; readonly store: string };

/** How it is brought back. */
export type Way =
  /** A fresh stack on a fresh machine, from off-site alone. */
  | { readonly kind: "rebuild" }
  /** The whole platform, on its own machine, from the last point before the loss. */
  | { readonly kind: "roll-back" }
  /** One store, while the others serve. */
  | { readonly kind: "one-service"; readonly store: string };

/** A loss, what is demanded of the recovery, and how fast it has to be. Data: what is done with it is in ../drill.ts. */
export interface Scenario {
  readonly name: ScenarioName;
  /** What happens. */
  readonly says: Told;
  readonly loss: Loss;
  readonly way: Way;
  /** What has to hold afterwards, for a person to read; the judgement of its loss checks it. */
  readonly demands: readonly Told[];
  /** Whose canaries have to be there: those of every store that the point holds, or of these. */
  readonly canaries: "every store" | readonly string[];
  readonly limits: ScenarioLimits;
  /** A person takes part: what is asked before the recovery begins. Such a drill cannot run unattended. */
  readonly asks?: Told;
}
