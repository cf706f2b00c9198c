import { text } from "node:stream/consumers";
import { beginJournal } from "../../restore/journal/begin-journal.ts";
import { execute, type ExecuteOptions, type Progress } from "../../restore/execute.ts";
import { isOnlyFetched } from "../../restore/fetch-ahead.ts";
import { exitCodes, RecoveryError, type ExitCode } from "../../../contract/exit-codes.ts";
import type { RestoreEvent } from "../../restore/journal/event.ts";
import type { RestoreJournal } from "../../restore/journal/journal.ts";
import type { RestoreReport } from "../../restore/report/report.ts";
import { refusalExitCode } from "../../restore/plan/refusal-exit-code.ts";
import { restoreRequestSchema, type RestoreRequest } from "../../restore/plan/request.ts";
import type { StatefulDefinition } from "../../../catalog/definition.ts";
import type { Manifest } from "../../point/manifest.ts";
import { executeService } from "../../restore/execute-service.ts";
import { withHeld, type HeldOfService } from "../../restore/plan/plan-service.ts";
import { undoneBy, type OneService, type RestorePlan } from "../../restore/plan/restore-plan.ts";
import type { Findings } from "../../restore/plan/findings.ts";
import type { Refusal } from "../../restore/plan/refusal.ts";
import { refuseVersions } from "../../restore/plan/refuse-versions.ts";
import { planRestore } from "../../restore/plan/plan.ts";
import { layout } from "../../../contract/layout.ts";
import type { AgentContext } from "../context.ts";
import { engineVersions, readHeld } from "./engine-versions.ts";
import { LocalFiles } from "./restore-files.ts";
import { findRestore } from "./restore-findings.ts";
import { restorePorts } from "./restore-ports.ts";
import { servicePorts, serviceSurroundings } from "./service-ports.ts";

/** It looks every second, stops its restic or its store, and removes what it has fetched. */
const testEndsWithinMs = 120_000;

/**
 * `kaleem-agent restore`: the request as JSON on stdin, what happens as JSON lines on stdout. Plans, then acts; a second
 * run of the same request resumes. The exit code says how it ended, see `exit-codes.ts`.
 */
export async function restoreCommand(context: AgentContext): Promise<ExitCode> {
  const request = parseRequest(await text(process.stdin));
  const say = speaker();
  if (request.planOnly)
    return await plan(context, request, say, (await context.locks.holder("restore")) !== null);
  const lock = await lockRestore(context);
  if (lock === null) return await plan(context, request, say, true);
  try {
    return await restore(context, request, say);
  } finally {
    await lock.release();
  }
}

/** Null while another restore holds it: that is one more reason in the list, not the only one. */
export async function lockRestore(context: AgentContext): Promise<{ release(): Promise<void> } | null> {
  const lock = await orBusy(context.locks.acquire("restore"));
  if (lock !== null) await takeRoomOfTest(context);
  return lock;
}

/** The test of a restore ends as soon as a real one holds its lock; what it had fetched takes room that the plan counts on. */
async function takeRoomOfTest({ locks, log }: AgentContext): Promise<void> {
  const test = await orBusy(locks.acquire("restore-test", testEndsWithinMs, "nothing"));
  if (test === null) {
    log.line(`the test of a restore did not end within ${testEndsWithinMs / 1000} s, and has its room yet`);
    return;
  }
  try {
    await new LocalFiles().remove(layout.restoreTest);
  } finally {
    await test.release();
  }
}

async function orBusy<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof RecoveryError && error.exitCode === exitCodes.busy) return null;
    throw error;
  }
}

async function plan(
  context: AgentContext,
  request: RestoreRequest,
  say: Progress,
  running: boolean,
): Promise<ExitCode> {
  const found = await findRestore(context, request, running);
  const planned = await judgeVersions(context, found, planRestore(found, request));
  if (Array.isArray(planned)) {
    say({ event: "refused", refusals: planned });
    return refusalExitCode(planned);
  }
  say({ event: "planned", plan: planned });
  return exitCodes.ok;
}

async function restore(context: AgentContext, request: RestoreRequest, say: Progress): Promise<ExitCode> {
  const found = await findRestore(context, request, false);
  const planned = await judgeVersions(context, found, planRestore(found, request));
  if (Array.isArray(planned)) {
    say({ event: "refused", refusals: planned });
    return refusalExitCode(planned);
  }
  const resumed = resume(found.journal, planned);
  say({ event: "begun", plan: planned, resumed: resumed !== null });
  const journal = resumed ?? beginJournal(planned, found.now);
  const { accept, withoutProof } = request;
  const options = { asked: { accept, withoutProof }, progress: say };
  const report =
    planned.service === null
      ? await execute(journal, restorePorts(context), options)
      : await restoreOne(context, journal, planned.service, options);
  say({ event: "report", report });
  return report.exitCode as ExitCode;
}

/** However it ends, no engine is left on the store's directories but its service's: an `up` may start that at any time. */
async function restoreOne(
  context: AgentContext,
  journal: RestoreJournal,
  service: OneService,
  options: ExecuteOptions,
): Promise<RestoreReport> {
  const definition = definitionOf(context, service);
  const around = serviceSurroundings(context, definition);
  try {
    return await executeService(journal, servicePorts(context, definition, around), options);
  } finally {
    await around.isolated.stop();
  }
}

/** @throws Error for a store that no plan is made for */
function definitionOf({ stores }: AgentContext, { name }: OneService): StatefulDefinition {
  const definition = stores.find((store) => store.name === name);
  if (definition === undefined) throw new Error(`restore: the catalog has no store ${name}`);
  return definition;
}

/** Of a restore that has not begun, or has only fetched: any other was judged, and its stores may not run. */
async function judgeVersions(
  context: AgentContext,
  found: Findings,
  planned: RestorePlan | Refusal[],
): Promise<RestorePlan | Refusal[]> {
  if (Array.isArray(planned) || undoneBy(planned) !== null) return planned;
  const resumed = resume(found.journal, planned);
  if (resumed !== null && !isOnlyFetched(resumed)) return planned;
  const ports = restorePorts(context);
  const text = await ports.repository.manifest(planned.point);
  const versions = { repository: { manifest: () => Promise.resolve(text) }, access: ports.access };
  const refusals = refuseVersions(planned.point, await engineVersions(context, planned, versions));
  if (refusals.length > 0) return refusals;
  // What an earlier run has fetched is there already: the fetch itself looks how much more it needs.
  return resumed === null ? withHeld(planned, heldOf(readHeld(text), planned.service), found) : planned;
}

/** How much of a point is the store's; null when its manifest does not tell. */
function heldOf(held: Manifest | null, service: OneService | null): HeldOfService | null {
  const facts = service === null ? undefined : held?.stores[service.name];
  if (facts === undefined) return null;
  const directories = Object.values(facts.directories);
  return {
    bytes: directories.reduce((sum, one) => sum + one.bytes, 0),
    files: directories.reduce((sum, one) => sum + one.files, 0),
  };
}

/** The journal of an unfinished restore, when this is its plan. */
export function resume(journal: RestoreJournal | null, planned: RestorePlan): RestoreJournal | null {
  if (journal === null || journal.finishedAt !== null || journal.plan.id !== planned.id) return null;
  return { ...journal, plan: planned };
}

/** @throws RecoveryError `usage` naming every field that is wrong */
export function parseRequest(input: string): RestoreRequest {
  let value: unknown;
  try {
    value = input.trim() === "" ? {} : JSON.parse(input);
  } catch (error) {
    throw new RecoveryError(exitCodes.usage, "restore: the request on stdin is not JSON", { cause: error });
  }
  const parsed = restoreRequestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `restore: request: ${issue.path.join(".") || "(top level)"}: ${issue.message}`,
  );
  throw new RecoveryError(exitCodes.usage, problems.join("\n"));
}

/** Events on stdout, as JSON lines. */
export function speaker(): Progress {
  return (event: RestoreEvent) => {
    process.stdout.write(`${JSON.stringify(event)}\n`);
  };
}
