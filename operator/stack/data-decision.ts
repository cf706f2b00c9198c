import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { UnfinishedRestore } from "../../recovery/restore/journal/unfinished.ts";

/** What `up` found out about a host's data and the bucket's head before it declares anything. */
export interface DataState {
  /** The stack that is brought up. */
  readonly stack: string;
  /** The lineage that the host's data root names; null when it is without a lineage. */
  readonly founded: { readonly lineage: string; readonly generation: number } | null;
  /** The lineage whose founding has begun on this host, and was not seen to end; null when there is none. */
  readonly founding: { readonly lineage: string; readonly host: string } | null;
  /** Whether a point of this host is off-site, as its own record says. */
  readonly shipped: boolean;
  /** The bucket's head record; null when there is none. */
  readonly head: {
    readonly stack: string;
    readonly lineage: string;
    readonly generation: number;
    readonly host: string;
    readonly changedAt: string;
  } | null;
  /** Whether the off-site repository has points of a lineage, as far as the bucket's list of them says. */
  readonly points: boolean;
  /** It was said, by the command or in the stack's file, that this is a new platform and not one that was lost. */
  readonly firstInstall: boolean;
  /** An emulated platform: with nothing to restore it can only be new, and nobody has to say so. */
  readonly emulated: boolean;
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
  /** This data root becomes the first of a new lineage, at the end of the engine's run. */
  readonly found: boolean;
  /** A first point is taken and shipped as soon as it serves: nothing of it is off-site yet. */
  readonly firstPoint: boolean;
  readonly reason: string;
}

/**
 * Whether a host may serve. An empty data root beside a bucket that knows better is a rebuilt machine: it must
 * never serve, or write points that look newest, before it is restored. Nor must one on which a restore has not ended: its data may be
 * what that restore refused.
 * @throws RecoveryError for an empty data root that nobody has said is new, for a first install of what is none, and for the bucket of
 * another stack
 */
export function decideOnData(state: DataState): DataDecision {
  const { founded, shipped, head, points, unfinished, edgeClosed, firstInstall, emulated, kitGiven } = state;
  refuseOtherStack(state);
  refuseHalfRestoredStore(unfinished);
  const begun = founded === null && unfinished === null && isOwnFounding(state);
  if (firstInstall && founded === null && !begun) refuseFirstInstall(state);
  // Whoever opened it since, with the agent's `open`, has named that data: `up` does not decide otherwise.
  if (unfinished !== null && (edgeClosed || founded === null)) {
    return closed(
      `restore ${unfinished.id} is unfinished on this host (at "${unfinished.phase}"), so the platform stays closed: ` +
        "repeat `./kaleem restore` to go on, or choose another point with --at … --from-scratch",
    );
  }
  if (founded !== null) {
    return {
      closed: false,
      found: false,
      // A restored one takes its first point itself.
      firstPoint: founded.generation === 1 && !shipped,
      reason: `data root has a lineage (lineage ${founded.lineage}, generation ${founded.generation})`,
    };
  }
  if (head !== null && !begun) {
    return closed(
      `data root is empty and the bucket's head is lineage ${head.lineage}, generation ${head.generation} (${head.changedAt}): restore first`,
    );
  }
  if (kitGiven && !begun) {
    return closed(
      `data root is empty, the bucket has no head record, and a recovery kit was given: a lost platform is to come back, so no ` +
        `empty lineage is founded. Run \`./kaleem restore\`; if it finds no points, check kaleem:offsite in the stack file. ` +
        "If this platform is new, leave the kit out",
    );
  }
  if (begun || (!points && (firstInstall || emulated))) {
    return {
      closed: false,
      found: true,
      firstPoint: true,
      reason: begun
        ? "data root is empty and the first install that was started here is resumed"
        : "data root is empty and the bucket has no head: first install",
    };
  }
  if (points)
    return closed("data root is empty and the bucket has points, though no head record: restore first");
  throw new RecoveryError(
    exitCodes.failed,
    "up: the data root is empty and the bucket has no head record, so this is either a first install or the wrong bucket. " +
      "Check kaleem:offsite in the stack file; if this platform is new, run `./kaleem up --first-install`, or set kaleem:firstInstall.",
  );
}

/**
 * A store that is being restored alone is at no replicas, and runs in a container of the restore's own on data that may not be verified yet:
 * declared again it would be started as its service, beside that one and on the same directories.
 */
function refuseHalfRestoredStore(unfinished: DataState["unfinished"]): void {
  if (unfinished?.store === undefined) return;
  throw new RecoveryError(
    exitCodes.restoreUnfinished,
    `up: restore ${unfinished.id} of ${unfinished.store} is unfinished on this host (at "${unfinished.phase}"): its service would be started on data that was not verified. Nothing was changed. ` +
      `Go on with ./kaleem restore --service ${unfinished.store}, or put back what was there with ./kaleem restore --undo.`,
  );
}

/**
 * Restored from there, this stack would take the other one's place, whose host then ships nothing any more. An emulated stack may be the
 * replacement of another one, whose name it cannot have.
 */
function refuseOtherStack({ stack, head, founded, emulated }: DataState): void {
  if (emulated || head === null || head.stack === stack || head.lineage === founded?.lineage) return;
  throw new RecoveryError(
    exitCodes.config,
    `up: the bucket that kaleem:offsite names is stack ${head.stack}'s, not ${stack}'s: its head is lineage ${head.lineage}, generation ` +
      `${head.generation} (${head.changedAt}). Nothing was changed. Give ${stack} a bucket or a prefix of its own; a lost ${head.stack} ` +
      `comes back by ./kaleem recover --stack ${head.stack} --host USER@ADDRESS.`,
  );
}

/** All that speaks against a first install, in one refusal: an empty platform must never take the place of one that can come back. */
function refuseFirstInstall({ head, points, unfinished, kitGiven }: DataState): void {
  const reasons = [
    ...(unfinished === null
      ? []
      : [`restore ${unfinished.id} is unfinished on this host (at "${unfinished.phase}")`]),
    ...(head === null
      ? []
      : [`the bucket's head is lineage ${head.lineage}, generation ${head.generation} (${head.changedAt})`]),
    ...(head === null && points ? ["the bucket holds recovery points"] : []),
    ...(kitGiven ? ["a recovery kit was given"] : []),
  ];
  if (reasons.length === 0) return;
  throw new RecoveryError(
    unfinished === null ? exitCodes.alreadyFounded : exitCodes.restoreUnfinished,
    `up: this is no first install: ${reasons.join("; ")}. Nothing was changed. Leave out --first-install, and take kaleem:firstInstall out of ` +
      "the stack file: the platform then comes up closed, for its data to be restored. Or configure another bucket or prefix.",
  );
}

function closed(reason: string): DataDecision {
  return { closed: true, found: false, firstPoint: false, reason };
}

/** A run that was killed in the middle of a founding has left its intention on the data root, and perhaps the head in the bucket. */
function isOwnFounding({ founding, head }: DataState): boolean {
  if (founding === null) return false;
  return (
    head === null ||
    (head.generation === 1 && head.lineage === founding.lineage && head.host === founding.host)
  );
}

/** How the engine's program is told that a lineage is to be founded: beside the stack's file, in which it need not stand. */
export function firstInstall({ found }: DataDecision): Readonly<Record<string, string>> {
  return found ? { KALEEM_FIRST_INSTALL: "true" } : {};
}
