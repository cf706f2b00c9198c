/** What `up` found out about a host's data and the bucket's head before it declares anything. */
export interface DataState {
  /** The lineage that the host's data root names; null when it is without a lineage. */
  readonly founded: { readonly lineage: string; readonly generation: number } | null;
  /** The bucket's head record; null when there is none. */
  readonly head: { readonly lineage: string; readonly generation: number; readonly changedAt: string } | null;
  /** The operator said that this is a new platform, not one that was lost. */
  readonly firstInstall: boolean;
}

export interface DataDecision {
  /** Applications stay at zero replicas and the edge answers 503 until a restore has opened it. */
  readonly closed: boolean;
  /** After `up`, this data root is declared to be the first of a new lineage. */
  readonly found: boolean;
  readonly reason: string;
}

/**
 * Whether a host may serve. An empty data root beside a bucket that knows better is a rebuilt machine: it must
 * never serve, or write points that look newest, before it is restored.
 */
export function decideOnData(state: DataState): DataDecision {
  if (state.founded !== null) {
    return {
      closed: false,
      found: false,
      reason: `data root has a lineage (lineage ${state.founded.lineage}, generation ${state.founded.generation})`,
    };
  }
  if (state.head !== null) {
    return {
      closed: true,
      found: false,
      reason: `data root is empty and the bucket's head is lineage ${state.head.lineage}, generation ${state.head.generation} (${state.head.changedAt}): restore first`,
    };
  }
  if (state.firstInstall) {
    return {
      closed: false,
      found: true,
      reason: "data root is empty and the bucket has no head: first install",
    };
  }
  throw new Error(
    "up: the data root is empty and the bucket has no head record, so this is either a first install or the wrong bucket. " +
      "Check kaleem:offsite in the stack file; if this platform is new, run `npm run up -- --first-install`.",
  );
}
