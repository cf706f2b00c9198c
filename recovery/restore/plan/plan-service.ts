import { choosePoint } from "./choose-point.ts";
import { estimateSeconds } from "./estimate.ts";
import type { Findings, FoundStore } from "./findings.ts";
import type { LeftOut } from "./left-out.ts";
import { phaseNames, type PhaseName } from "./phase-name.ts";
import type { Refusal } from "./refusal.ts";
import { refuseDiscarded, refuseHost, refuseSpace } from "./refuse.ts";
import type { RestoreRequest } from "./request.ts";
import type { ChosenPoint, OneService, PlanPhase, RestorePlan } from "./restore-plan.ts";

/**
 * Decides the restore of one store while the others serve: its directories are replaced by the point's, and the lineage stays this
 * host's own. Or gives every reason why not.
 */
export function planService(
  found: Findings,
  request: RestoreRequest & { readonly service: string },
): RestorePlan | Refusal[] {
  const store = storeOf(found, request.service);
  if ("sentence" in store) return [store];
  const refusals = [
    ...refuseHost(found, request),
    ...refuseDiscarded(found, store.name),
    ...refuseFlags(request),
  ];
  const chosen = choosePoint(found, request);
  if ("sentence" in chosen) {
    const explained = chosen.code === "no-point" && refusals.some(({ code }) => unreadable.has(code));
    return explained ? refusals : [...refusals, chosen];
  }
  if (refusals.length > 0) return refusals;
  return decideService(found, request, chosen, {
    name: store.name,
    liveBytes: found.liveBytes,
    undoes: null,
  });
}

const unreadable = new Set<Refusal["code"]>(["no-point", "wrong-password", "unreachable"]);

/** What of a point belongs to the store, by its manifest. */
export interface HeldOfService {
  readonly bytes: number;
  readonly files: number;
}

/** What a small file takes beyond its bytes. */
const bytesBesideFile = 4_608;

/**
 * The plan with the size of what is fetched, which only the point's manifest tells; or why the data filesystem is too small for it. A
 * manifest that cannot be read is refused by the fetch, in more words, before anything is stopped.
 */
export function withHeld(
  plan: RestorePlan,
  held: HeldOfService | null,
  found: Findings,
): RestorePlan | Refusal[] {
  if (plan.service === null || held === null) return plan;
  const need = { ...plan.point, bytes: held.bytes + held.files * bytesBesideFile };
  const refusals = refuseSpace(found, need);
  if (refusals.length > 0) return refusals;
  const sized = (phase: PlanPhase): PlanPhase =>
    phase.name === "fetch"
      ? {
          ...phase,
          bytes: held.bytes,
          seconds: estimateSeconds("fetch", plan.point.from, held.bytes, found.last),
        }
      : phase;
  return { ...plan, phases: plan.phases.map(sized) };
}

/** A store that runs on this platform, or why there is nothing of it to restore. */
function storeOf({ stores, off, applications }: Findings, name: string): FoundStore | Refusal {
  const store = stores.find((one) => one.name === name);
  if (store !== undefined) return store;
  const there = `The stores here are ${stores.map((one) => one.name).join(", ")}. Nothing was changed.`;
  const why = off.find((one) => one.name === name)?.why;
  if (why !== undefined) {
    const sentence = `--service: ${name} is switched off here (${why}), so no data of it is in use. Set services.${name}.enabled to true, run "./kaleem up", and restore it then. ${there}`;
    return { code: "no-data", sentence };
  }
  if (applications.some((one) => one.name === name)) {
    const sentence = `--service: ${name} keeps no data of its own: what it has is in the stores. ${there}`;
    return { code: "no-data", sentence };
  }
  return {
    code: "bad-request",
    sentence: `--service: expected a store, got ${JSON.stringify(name)}. ${there}`,
  };
}

/** What only a restore of the whole platform knows. */
function refuseFlags({ leaveOut, takeOver }: RestoreRequest): Refusal[] {
  const given = [...(leaveOut.length > 0 ? ["--leave-out"] : []), ...(takeOver ? ["--take-over"] : [])];
  if (given.length === 0) return [];
  const sentence = `--service: ${given.join(" and ")} ${given.length === 1 ? "belongs" : "belong"} to a restore of the whole platform; only one store is touched here. Leave it out.`;
  return [{ code: "bad-request", sentence }];
}

/** The plan itself, from a point or from what an earlier restore moved aside. */
export function decideService(
  found: Findings,
  request: RestoreRequest,
  point: ChosenPoint,
  service: OneService,
): RestorePlan {
  const { root } = found;
  if (root === null) throw new Error("one store is restored on a data root of a lineage only");
  const phase = (name: PhaseName): PlanPhase => {
    const skip = skipReason(name, found, request, service);
    const seconds = skip === null ? estimateSeconds(name, point.from, null, found.last) : 0;
    return { name, what: describePhase(name, found, point, service), seconds, bytes: null, skip };
  };
  const undone = service.undoes === null ? `-from-${point.id}` : "-undo";
  return {
    id: `${found.now.toISOString().replace(/[-:]|\.\d+/g, "")}-${service.name}${undone}`,
    stack: found.stack,
    createdAt: found.now.toISOString(),
    request: {
      at: request.at,
      from: request.from,
      lineage: request.lineage,
      service: request.service,
      undo: request.undo,
    },
    point,
    service,
    leftOut: othersOf(found, point, service),
    headVersion: null,
    next: { ...root },
    phases: phaseNames.map(phase),
  };
}

/** Every store but the one, and what its data may say of the one's. */
function othersOf({ stores, off }: Findings, point: ChosenPoint, { name, undoes }: OneService): LeftOut[] {
  const here = stores.map((store) => store.name).filter((other) => other !== name);
  const elsewhere = point.stores.filter((other) => other !== name && !here.includes(other));
  const when = undoes === null ? `after ${point.instant}` : `since restore ${undoes.restore}`;
  return [
    ...here.map((store) => ({
      store,
      sentence: `${store} stays as it is: what it noted ${when} may reference what ${name} then no longer holds, and what was removed from it since may be back in ${name}.`,
    })),
    ...elsewhere.map((store) => ({
      store,
      sentence: `${store} is in the point and ${off.some((one) => one.name === store) ? "switched off" : "unknown"} here: nothing of it is touched.`,
    })),
  ];
}

function skipReason(
  name: PhaseName,
  found: Findings,
  request: RestoreRequest,
  { undoes }: OneService,
): string | null {
  if (undoes !== null && ["fetch", "prove", "verify"].includes(name))
    return "left out: it is this host's own data, as it was when it was moved aside";
  if (name !== "safety-point") return null;
  if (!request.safetyPoint) return "left out on request; what is replaced is kept on the host";
  const down = found.stores.filter((store) => !store.running).map((store) => store.name);
  if (down.length === 0) return null;
  return `${down.join(", ")} not running, so no point can be taken; what is replaced is kept on the host`;
}

function describePhase(name: PhaseName, found: Findings, point: ChosenPoint, service: OneService): string {
  const { name: store, undoes } = service;
  const from = point.from === "offsite" ? found.offsiteName : "the local repository";
  const words: Readonly<Record<PhaseName, string>> = {
    locate:
      undoes === null
        ? `point ${point.id} of ${point.instant} in ${from}`
        : `what restore ${undoes.restore} moved aside: ${undoes.directories.join(", ")}`,
    close: `keep everybody away from ${store}; the edge and the other stores go on serving`,
    "safety-point": "one more point of the current state of all stores",
    fetch: `unpack and check ${store}'s part of the point from ${from}, while ${store} still serves`,
    stop: `stop ${store}; what needs it fails from here on`,
    place: `move the live directories of ${store} aside, the restored ones into place`,
    "reset-users": `start ${store} for the agent only; set its users to the current secrets`,
    start: `wait until ${store} answers`,
    prove: `take the inventory of ${store} at the point on an unopened copy, unless it has been proven before`,
    verify: `everything that ${store} holds, its canary, version and directories`,
    open: `give ${store} back to what uses it`,
    record: "report, metrics and a first point with the restored store",
  };
  return words[name];
}
