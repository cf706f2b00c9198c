import type { StoreInventory } from "./judge-inventories.ts";
import type { Measured } from "./check-manifest.ts";

/** What was asked of a store, or why there is no answer. */
export type Answer<Value> = { readonly value: Value } | { readonly why: string };

/** What one restored store says of itself. */
export interface StoreEvidence {
  readonly canary: Answer<string | null>;
  readonly version: Answer<string>;
  /** Image reference of its running container. */
  readonly image: Answer<string>;
}

/** Everything that was gathered after a restore. */
export interface Evidence {
  readonly inventories: Readonly<Record<string, StoreInventory>>;
  /** Differences that a person accepts, by name or family. */
  readonly accept: readonly string[];
  readonly stores: Readonly<Record<string, StoreEvidence>>;
  /** Directories as they were fetched, before an engine opened them. */
  readonly directories: Readonly<Record<string, Measured>>;
}
