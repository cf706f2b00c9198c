import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import type { AgentContext } from "../context.ts";
import { duration } from "../../host/log.ts";
import { checkRepository } from "../maintenance/check.ts";
import { forgetPoints } from "../maintenance/forget.ts";
import { prunePoints } from "../maintenance/prune.ts";
import type { Sample } from "../../metrics/metrics.ts";
import { recordedRun } from "../recorded-run.ts";
import {
  checkRecord,
  forgetRecord,
  pruneRecord,
  type CheckResult,
  type ForgetResult,
  type PruneResult,
} from "../answers/run-record.ts";
import type { RepositoryPlace } from "../unfinished-writes.ts";

/** `kaleem-agent forget --repository local|offsite`: forgets points by the retention of the place. */
export async function forgetCommand(context: AgentContext, args: readonly string[]): Promise<ForgetResult> {
  const place = placeIn("forget", args);
  return recordedRun(context, {
    job: `forget-${place}`,
    schema: forgetRecord,
    run: () => forgetPoints(context, place),
    describe: ({ forgotten, points, held, skipped }) => skipped ?? forgettingOf(forgotten, points, held),
    samples: ({ points }) => [gauge("backup_snapshot_count", "Points of this lineage.", place, points)],
  });
}

/** `kaleem-agent prune --repository local|offsite`: gives back the space of what was forgotten. */
export async function pruneCommand(context: AgentContext, args: readonly string[]): Promise<PruneResult> {
  const place = placeIn("prune", args);
  return recordedRun(context, {
    job: `prune-${place}`,
    schema: pruneRecord,
    run: () => prunePoints(context, place),
    describe: (result) => pruningOf(result),
    samples: ({ indexFiles, waiting }) => [
      gauge("backup_index_files", "Index files that a fresh machine loads first.", place, indexFiles),
      gauge(
        "backup_packs_waiting",
        "Packs that nothing uses and that the bucket keeps for now.",
        place,
        waiting,
      ),
    ],
  });
}

/** `kaleem-agent check --repository local|offsite`: checks the structure and reads the next part of the data. */
export async function checkCommand(context: AgentContext, args: readonly string[]): Promise<CheckResult> {
  const place = placeIn("check", args);
  return recordedRun(context, {
    job: `check-${place}`,
    schema: checkRecord,
    run: () => checkRepository(context, place),
    describe: ({ part, of, totalMs }) => `sound, part ${part} of ${of} read in ${duration(totalMs)}`,
    samples: ({ part, of }) => [
      gauge("backup_checked_part", "Which part of the data was read last.", place, part),
      gauge("backup_checked_parts", "In how many parts all of the data is read.", place, of),
    ],
  });
}

function forgettingOf(forgotten: number, points: number, held: number): string {
  const more =
    held === 0 ? "" : `; ${held} of them would go, and wait until the bucket's lock on them has ended`;
  return `${forgotten} points forgotten, ${points} left${more}`;
}

function pruningOf({ pieces, indexFiles, waiting, waitingFor }: PruneResult): string {
  const done = `pruned in ${pieces} pieces, ${indexFiles} index files`;
  if (waiting === 0 || waitingFor === null) return done;
  const why =
    waitingFor === "lock"
      ? "the bucket's lock on them to end"
      : "someone who may remove them: this host's key pair may not";
  return `${done}; ${waiting} packs that nothing uses wait for ${why}`;
}

function gauge(name: string, help: string, repo: RepositoryPlace, value: number): Sample {
  return { name, help, labels: { repo }, value };
}

function placeIn(command: string, args: readonly string[]): RepositoryPlace {
  const [option, place, ...rest] = args;
  if (option === "--repository" && (place === "local" || place === "offsite") && rest.length === 0)
    return place;
  throw new RecoveryError(
    exitCodes.usage,
    `${command}: expected --repository local or --repository offsite, got "${args.join(" ")}".`,
  );
}
