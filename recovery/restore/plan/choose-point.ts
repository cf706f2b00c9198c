import type { HeadPoint } from "../../lineage/head.ts";
import { latestPoint } from "../../lineage/latest.ts";
import { inOrder } from "../../point/points.ts";
import type { Findings, FoundRepository, Place } from "./findings.ts";
import type { Refusal } from "./refusal.ts";
import type { RestoreRequest } from "./request.ts";
import type { ChosenPoint } from "./restore-plan.ts";

/** A time with its zone. */
export const timeForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;
/** The moment before a deployment, by its number. */
export const deploymentForm = /^before (\d{1,9})$/;
const idForm = /^(\d{8}T\d{6}Z-)?[0-9a-z]{4,}$/;

/**
 * The point that a request means, or the one reason why there is none. Of two copies of a point the local one is
 * taken: it is nearer. Only points of the head's lineage count, unless the request names another.
 */
export function choosePoint(found: Findings, request: RestoreRequest): ChosenPoint | Refusal {
  const wanted = readAt(request.at, found);
  if ("sentence" in wanted) return wanted;
  // One store is restored without the head: where that cannot be read, the data root says what belongs here.
  const own = request.service === null ? null : (found.root?.lineage ?? null);
  const lineage = request.lineage ?? (found.head.state === "ok" ? found.head.head.lineage : own);
  const copies = copiesIn(found, request);
  if (
    copies.length === 0 &&
    request.service !== null &&
    copiesIn(found, { ...request, service: null }).length > 0
  ) {
    return refuse(
      "no-data",
      `restore: no recovery point in ${placesOf(found, request)} holds ${request.service}: nothing of it was ever kept there. Nothing was changed`,
    );
  }
  if (copies.length === 0) {
    return refuse(
      "no-point",
      `restore: no recovery point in ${placesOf(found, request)}. Check the bucket and prefix of this stack, or take a first point with "./kaleem point"`,
    );
  }
  if ("time" in wanted && isAhead(wanted, copies, found)) return refuseFuture(wanted, copies, found);
  const eligible = copies.filter((copy) => lineage === null || copy.lineage === lineage);
  const chosen = select(wanted, eligible, found, request);
  const missing = "latest" in wanted ? refuseOlderThanHead(chosen, found, request) : null;
  if (missing !== null) return missing;
  if (chosen !== null) return ("time" in wanted ? refuseUnsteady(wanted, eligible, chosen) : null) ?? chosen;
  return explain(wanted, { copies, eligible, lineage, places: placesOf(found, request) });
}

type Wanted = { latest: true } | { id: string } | { time: Date; text: string };

function readAt(at: string, found: Findings): Wanted | Refusal {
  if (at === "latest") return { latest: true };
  const number = deploymentForm.exec(at)?.[1];
  if (number !== undefined) return beforeDeployment(Number(number), found);
  if (timeForm.test(at)) {
    const time = new Date(at);
    if (!Number.isNaN(time.getTime())) return { time, text: at };
  } else if (idForm.test(at)) return { id: at };
  return refuse(
    "bad-request",
    `--at: expected "latest", a point's id, a time such as 2026-11-20T03:00Z or "before N" with a deployment's number, got "${at}"`,
  );
}

/** So many deployments are named to who asked for one that there is not. */
const namedDeployments = 3;

/** The moment at which a deployment began: the point that preceded it was taken before its images changed. */
function beforeDeployment(number: number, { deployments }: Findings): Wanted | Refusal {
  const deployment = deployments.find((one) => one.number === number);
  if (deployment !== undefined) {
    const { began, service } = deployment;
    return { time: new Date(began), text: `${began}, when deployment ${number} (${service}) began` };
  }
  const newest = deployments
    .slice(0, namedDeployments)
    .map((one) => `${one.number} (${one.service}, ${one.began})`)
    .join(", ");
  const there = newest === "" ? "it has seen none" : `the newest are ${newest}`;
  return refuse(
    "no-point",
    `--at: this host has seen no deployment ${number}; ${there}. List them with "./kaleem deployments"`,
  );
}

function copiesIn(found: Findings, request: RestoreRequest): ChosenPoint[] {
  const list = (from: Place, repository: FoundRepository): ChosenPoint[] =>
    repository.state === "ok"
      ? repository.points.map((point) => ({ ...point, stores: [...point.stores], from }))
      : [];
  const local = request.from === "offsite" ? [] : list("local", found.local);
  const offsite = request.from === "local" ? [] : list("offsite", found.offsite);
  const { service } = request;
  // Points of before the tags say nothing of their stores: the manifest does, before anything is stopped.
  const mayHold = ({ stores }: ChosenPoint): boolean =>
    service === null || stores.length === 0 || stores.includes(service);
  return [...local, ...offsite].filter(mayHold);
}

function select(
  wanted: Wanted,
  eligible: readonly ChosenPoint[],
  found: Findings,
  request: RestoreRequest,
): ChosenPoint | null {
  if ("id" in wanted) {
    const exact = eligible.filter(({ id }) => id === wanted.id);
    const ending = eligible.filter(({ id }) => id.endsWith(`-${wanted.id}`));
    const named = exact.length > 0 ? exact : ending;
    return new Set(named.map((copy) => copy.id)).size === 1 ? (named[0] ?? null) : null;
  }
  if ("time" in wanted) {
    return newest(before(wanted, eligible));
  }
  return latest(eligible, found, request);
}

/** Newest of the head's own generation; while that has none, the point that it grew from. */
function latest(
  eligible: readonly ChosenPoint[],
  found: Findings,
  request: RestoreRequest,
): ChosenPoint | null {
  if (request.lineage !== null || found.head.state !== "ok") {
    const generation = Math.max(...eligible.map((copy) => copy.generation));
    return newest(eligible.filter((copy) => copy.generation === generation));
  }
  return latestPoint(eligible, found.head.head);
}

/** Of two copies of it the first. */
function newest(copies: readonly ChosenPoint[]): ChosenPoint | null {
  const id = inOrder(copies).at(-1)?.id;
  return copies.find((copy) => copy.id === id) ?? null;
}

function before({ time }: { readonly time: Date }, copies: readonly ChosenPoint[]): ChosenPoint[] {
  return copies.filter(({ instant }) => Date.parse(instant) <= time.getTime());
}

/**
 * By its number one point is the newest at that time, by the clock another: the clock went back, or two hosts took points at once. Which
 * of them is meant only a person can say.
 */
function refuseUnsteady(
  wanted: { readonly time: Date; readonly text: string },
  eligible: readonly ChosenPoint[],
  chosen: ChosenPoint,
): Refusal | null {
  const latestDated = before(wanted, eligible).reduce((best, copy) =>
    Date.parse(copy.instant) > Date.parse(best.instant) ? copy : best,
  );
  if (Date.parse(latestDated.instant) === Date.parse(chosen.instant)) return null;
  const taken = `${chosen.id} (dated ${chosen.instant}) was taken later than ${latestDated.id} (dated ${latestDated.instant})`;
  return refuse(
    "bad-request",
    `--at: which point is the newest at ${wanted.text} is in doubt: ${taken}, so a clock went back or two hosts took points at once. Choose with --at ${chosen.id} or --at ${latestDated.id}`,
  );
}

/**
 * The head names the newest point that was shipped. When no repository lists that one or a newer one, points have been lost since, and
 * "latest" would pass over it in silence: which of those that are left is meant is then said by its id.
 */
function refuseOlderThanHead(
  chosen: ChosenPoint | null,
  found: Findings,
  request: RestoreRequest,
): Refusal | null {
  if (request.lineage !== null || found.head.state !== "ok") return null;
  const { lineage, generation, newest: told } = found.head.head;
  if (told === undefined) return null;
  // Whether it holds the one store that is restored is another question.
  const copies = copiesIn(found, { ...request, service: null }).filter((copy) => copy.lineage === lineage);
  if (copies.some((copy) => reaches(copy, generation, told))) return null;
  const place = placesOf(found, request);
  const left =
    chosen === null
      ? `no older one of its generation is left`
      : `the newest that is left is ${chosen.id} of ${chosen.instant}`;
  const next = chosen === null ? `choose another with --at` : `restore that one with --at ${chosen.id}`;
  return refuse(
    "no-point",
    `restore: the head record says that point ${told.point} of ${told.instant} was shipped, and it is not in ${place}: ${left}. Somebody removed points, or a catalogue or a repository was put back; deletions are taken back by "./kaleem offsite rewind". If you go on without it, ${next}`,
  );
}

function reaches(copy: ChosenPoint, generation: number, told: HeadPoint): boolean {
  if (copy.id === told.point) return true;
  if (copy.generation !== generation) return false;
  if (told.sequence !== null && copy.sequence !== undefined) return copy.sequence > told.sequence;
  return Date.parse(copy.instant) >= Date.parse(told.instant);
}

/** A point that is dated ahead of this host's clock says that the clock cannot tell. */
function isAhead(
  { time }: { readonly time: Date },
  copies: readonly ChosenPoint[],
  { now }: Findings,
): boolean {
  return time > now && copies.every(({ instant }) => Date.parse(instant) <= now.getTime());
}

/** A year or a zone that was typed wrong must not restore what is newest. */
function refuseFuture(
  { text }: { readonly text: string },
  copies: readonly ChosenPoint[],
  { now }: Findings,
): Refusal {
  const nearest = inOrder(copies).at(-1);
  const newest = nearest === undefined ? "" : `; the newest point is ${nearest.instant} (${nearest.id})`;
  return refuse(
    "no-point",
    `--at: ${text} has not come yet, it is ${now.toISOString()} on this host${newest}. Use --at latest, or an earlier time`,
  );
}

interface Searched {
  readonly copies: readonly ChosenPoint[];
  /** Of the lineage that counts. */
  readonly eligible: readonly ChosenPoint[];
  readonly lineage: string | null;
  /** Where was looked, in words. */
  readonly places: string;
}

function explain(wanted: Wanted, searched: Searched): Refusal {
  if ("id" in wanted) return explainId(wanted.id, searched);
  const { copies, eligible, lineage, places } = searched;
  const oldest = [...eligible].sort((a, b) => Date.parse(a.instant) - Date.parse(b.instant))[0];
  if ("time" in wanted && oldest !== undefined) {
    const found = `no recovery point before ${wanted.text} in ${places}; the oldest is ${oldest.instant} (${oldest.id})`;
    return refuse("no-point", `restore: ${found}. Use --at ${oldest.id} or --at latest`);
  }
  const of = lineage === null ? "" : ` of lineage ${lineage}`;
  const others = [...new Set(copies.map((copy) => copy.lineage))].sort().join(", ");
  const older = "Older generations have some: choose one with --at";
  const hint = eligible.length > 0 ? older : `There are points of ${others}: name one with --lineage`;
  return refuse("no-point", `restore: no recovery point${of} in ${places} belongs to the head. ${hint}`);
}

function explainId(id: string, { copies, eligible, lineage, places }: Searched): Refusal {
  const matches = (copy: ChosenPoint): boolean => copy.id === id || copy.id.endsWith(`-${id}`);
  const several = [...new Set(eligible.filter(matches).map((copy) => copy.id))];
  if (several.length > 1) {
    return refuse("bad-request", `--at: "${id}" matches ${several.join(" and ")}. Give the whole id`);
  }
  const foreign = copies.find(matches);
  if (foreign === undefined) {
    return refuse(
      "no-point",
      `restore: no recovery point ${id} in ${places}. List them with "./kaleem points"`,
    );
  }
  const whose = `point ${foreign.id} is of lineage ${foreign.lineage}, the head is of ${lineage ?? "none"}`;
  return refuse("other-lineage", `restore: ${whose}. If you mean it, add --lineage ${foreign.lineage}`);
}

function placesOf(found: Findings, request: RestoreRequest): string {
  const local = `the local repository of this host`;
  if (request.from === "local") return local;
  return request.from === "offsite" ? found.offsiteName : `${found.offsiteName} or ${local}`;
}

function refuse(code: Refusal["code"], sentence: string): Refusal {
  return { code, sentence: `${sentence}.` };
}
