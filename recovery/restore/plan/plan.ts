import { choosePoint } from "./choose-point.ts";
import { compareStores } from "./compare-stores.ts";
import { estimateSeconds } from "./estimate.ts";
import type { Findings } from "./findings.ts";
import { passedBy, type LeftOut } from "./left-out.ts";
import { phaseNames, type PhaseName } from "./phase-name.ts";
import { planService } from "./plan-service.ts";
import { planUndo, undoneUnfinished } from "./plan-undo.ts";
import { enginesOf } from "../verify/check-manifest.ts";
import type { Refusal } from "./refusal.ts";
import { refuseHost, refuseSpace, refuseUnfinished } from "./refuse.ts";
import type { RestoreRequest } from "./request.ts";
import type { ChosenPoint, PlanPhase, RestorePlan } from "./restore-plan.ts";

/**
 * Decides a restore: given what exists and what was asked, the ordered phases; or every reason why not.
 * An unfinished restore of the same request gives its own plan back, so that a second run resumes it.
 */
export function planRestore(found: Findings, request: RestoreRequest): RestorePlan | Refusal[] {
  const unfinished = unfinishedPlan(found, request);
  if (unfinished !== null) return resume(unfinished, found, request);
  const { service, undo } = request;
  if (undo !== null) return planUndo(found, { ...request, undo });
  if (service !== null) return planService(found, { ...request, service });
  const refusals = refuseHost(found, request);
  const chosen = choosePoint(found, request);
  if ("sentence" in chosen) {
    // A repository that cannot be read holds no points either: one reason is enough.
    const explained = chosen.code === "no-point" && refusals.some((refusal) => unreadable.has(refusal.code));
    return explained ? refusals : [...refusals, chosen];
  }
  const compared = compareStores(found, request, chosen);
  refusals.push(...compared.refusals, ...refuseSpace(found, chosen));
  return refusals.length > 0 ? refusals : decide(found, request, chosen, compared.leftOut);
}

const unreadable = new Set<Refusal["code"]>(["no-point", "wrong-password", "unreachable"]);

function unfinishedPlan(found: Findings, request: RestoreRequest): RestorePlan | null {
  if (request.fromScratch || found.journal === null || found.journal.finishedAt !== null) return null;
  if (request.undo !== null && undoneUnfinished(found, request.undo) !== null) return null;
  return found.journal.plan;
}

/** Only what can have changed since the plan was made is looked at again; the root has no lineage by now, or its loss was agreed to. */
function resume(plan: RestorePlan, found: Findings, request: RestoreRequest): RestorePlan | Refusal[] {
  const settled = { ...request, overExisting: true, takeOver: true, service: plan.service?.name ?? null };
  const changed = refuseHost(found, settled).filter((refusal) => resumable.has(refusal.code));
  const refusals = [...refuseUnfinished(plan, request), ...changed];
  if (refusals.length > 0) return refusals;
  if (request.safetyPoint) return plan;
  const leftOut = (phase: PlanPhase): PlanPhase =>
    phase.name === "safety-point" ? { ...phase, seconds: 0, skip: leftOutOnRequest } : phase;
  return { ...plan, phases: plan.phases.map(leftOut) };
}

const leftOutOnRequest = "left out on request; what is replaced is kept on the host";
const resumable = new Set<Refusal["code"]>(["running", "not-up"]);

function decide(
  found: Findings,
  request: RestoreRequest,
  point: ChosenPoint,
  leftOut: readonly LeftOut[],
): RestorePlan {
  const head = found.head.state === "ok" ? found.head : null;
  const without = passedBy(leftOut);
  const restored = enginesOf(found.stores)
    .map(({ name }) => name)
    .filter((name) => !without.has(name));
  const phase = (name: PhaseName): PlanPhase => {
    const skip = skipReason(name, found, request);
    const seconds = skip === null ? estimateSeconds(name, point.from, point.bytes, found.last) : 0;
    return {
      name,
      what: describePhase(name, found, point, restored),
      seconds,
      bytes: name === "fetch" ? point.bytes : null,
      skip,
    };
  };
  return {
    id: `${found.now.toISOString().replace(/[-:]|\.\d+/g, "")}-from-${point.id}`,
    stack: found.stack,
    createdAt: found.now.toISOString(),
    request: { at: request.at, from: request.from, lineage: request.lineage, service: null, undo: null },
    point,
    service: null,
    leftOut: [...leftOut],
    headVersion: head?.etag ?? null,
    next: {
      lineage: point.lineage,
      generation: Math.max(head?.head.generation ?? 0, point.generation) + 1,
      host: found.host,
    },
    phases: phaseNames.map(phase),
  };
}

function skipReason(name: PhaseName, found: Findings, request: RestoreRequest): string | null {
  if (name !== "safety-point") return null;
  if (found.root === null) return "the data root has no lineage: nothing here to save";
  if (!request.safetyPoint) return leftOutOnRequest;
  const down = enginesOf(found.stores)
    .filter((store) => !store.running)
    .map((store) => store.name);
  if (down.length === 0) return null;
  return `${down.join(", ")} not running, so no point can be taken; what is replaced is kept on the host`;
}

function describePhase(
  name: PhaseName,
  found: Findings,
  point: ChosenPoint,
  restored: readonly string[],
): string {
  const stores = restored.join(", ");
  const applications = found.applications.map((application) => application.name).join(", ");
  const from = point.from === "offsite" ? found.offsiteName : "the local repository";
  const words: Readonly<Record<PhaseName, string>> = {
    locate: `point ${point.id} of ${point.instant} in ${from}`,
    close: `edge answers 503; ${applications} to zero replicas`,
    "safety-point": "one more point of the current state, which nobody writes to any more",
    fetch: `unpack and check the point from ${from}`,
    stop: `stop ${stores}`,
    place: `move the live directories aside, the restored ones into place`,
    "reset-users": `start ${stores} for the agent only; set their users to the current secrets`,
    start: `wait until ${stores} are healthy`,
    prove: "take the point's inventory on an unopened copy of it, unless it has been proven before",
    verify: "everything that the stores hold, canaries, versions and directories",
    open: `claim the head for this host, then start ${applications} and open the edge`,
    record: "report, metrics and a first point of the new generation",
  };
  return words[name];
}
