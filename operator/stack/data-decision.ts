import type { UnfinishedRestore } from "../../recovery/restore/journal/unfinished.ts";

/** What `up` found out about a host's data and the bucket's head before it declares anything. */
export interface DataState {
  /** The lineage that the host's data root names; null when it is without a lineage. */
  readonly founded: { readonly lineage: string; readonly generation: number } | null;
  /** The bucket's head record; null when there is none. */
  readonly head: { readonly lineage: string; readonly generation: number; readonly changedAt: string } | null;
  /** The operator said that this is a new platform, not one that was lost. */
  readonly firstInstall: boolean;
  /** A recovery kit was given: a lost platform is to come back, and no empty one may take its place. */
  readonly kitGiven: boolean;
  /** The restore that was begun on the host and has not ended well; null when there is none. */
  readonly unfinished: UnfinishedRestore | null;
  /** The edge answers 503: a restore has closed the platform, and nobody has opened it since. */
  readonly edgeClosed: boolean;
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
 * never serve, or write points that look newest, before it is restored. Nor must one on which a restore has not ended: its data may be
 * what that restore refused.
 * @throws Error for an empty data root that nobody has said is new
 */
export function decideOnData(state: DataState): DataDecision {
  const { founded, head, unfinished, edgeClosed, firstInstall, kitGiven } = state;
  // Whoever opened it since, with the agent's `open`, has named that data: `up` does not decide otherwise.
  if (unfinished !== null && (edgeClosed || founded === null)) {
    return closed(
      `restore ${unfinished.id} is unfinished on this host (at "${unfinished.phase}"), so the platform stays closed: ` +
        "repeat `npm run restore` to go on, or choose another point with --at … --from-scratch",
    );
  }
  if (founded !== null) {
    return {
      closed: false,
      found: false,
      reason: `data root has a lineage (lineage ${founded.lineage}, generation ${founded.generation})`,
    };
  }
  if (head !== null) {
    return closed(
      `data root is empty and the bucket's head is lineage ${head.lineage}, generation ${head.generation} (${head.changedAt}): restore first`,
    );
  }
  if (kitGiven) {
    return closed(
      `data root is empty, the bucket has no head record, and a recovery kit was given: a lost platform is to come back, so no ` +
        `empty lineage is founded. Run \`npm run restore\`; if it finds no points, check kaleem:offsite in the stack file. ` +
        "If this platform is new, leave the kit out",
    );
  }
  if (firstInstall) {
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

function closed(reason: string): DataDecision {
  return { closed: true, found: false, reason };
}
