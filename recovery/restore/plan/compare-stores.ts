import type { Findings } from "./findings.ts";
import type { LeftOut } from "./left-out.ts";
import type { Refusal } from "./refusal.ts";
import type { RestoreRequest } from "./request.ts";

/** What is passed by, and every reason why that cannot be decided without the operator. */
export interface Compared {
  readonly leftOut: readonly LeftOut[];
  readonly refusals: readonly Refusal[];
}

type Point = { readonly id: string; readonly stores: readonly string[] };

/**
 * Holds the stores of a point against those of this platform. A store that is switched off here was given up on purpose: it is
 * passed by, and that is said. Any other difference would lose data unseen, and is refused unless the request names the store.
 */
export function compareStores(found: Findings, request: RestoreRequest, point: Point): Compared {
  // A point without such tags says it in its manifest: there any difference is refused.
  if (point.stores.length === 0) return { leftOut: [], refusals: [] };
  const here = found.stores.map(({ name }) => name);
  const asked = new Set(request.leaveOut);
  const off = new Map(found.off.map(({ name, why }) => [name, why]));
  const leftOut: LeftOut[] = [];
  const refusals: Refusal[] = [];
  for (const store of point.stores.filter((name) => !here.includes(name))) {
    const why = off.get(store);
    if (why !== undefined) leftOut.push({ store, sentence: switchedOff(store, why, point) });
    else if (asked.has(store)) leftOut.push({ store, sentence: unknownHere(store, point) });
    else refusals.push({ code: "stores-differ", sentence: refuseUnknown(store, point) });
  }
  for (const store of here.filter((name) => !point.stores.includes(name))) {
    if (asked.has(store)) leftOut.push({ store, sentence: notInPoint(store, point, found) });
    else refusals.push({ code: "stores-differ", sentence: refuseAbsent(store, point, found) });
  }
  return { leftOut, refusals: [...refusals, ...refuseAsked(request, here, point)] };
}

function switchedOff(store: string, why: string, { id }: Point): string {
  return (
    `${store} is left out, since it is switched off here (${why}): the point's data of it is not restored, and what this ` +
    `machine has of it stays as it is. To restore it too, set services.${store}.enabled to true, run "./kaleem up", and restore ` +
    `point ${id} then; that replaces the data of all stores, so do it before opening the platform.`
  );
}

function unknownHere(store: string, { id }: Point): string {
  return `${store} is left out as asked: point ${id} holds it, this platform has no such store, and its data is not restored.`;
}

function refuseUnknown(store: string, { id }: Point): string {
  return (
    `restore: point ${id} holds ${store}, a store that this platform does not have. Restore with the version of this ` +
    `repository that took the point, or restore without its data: --leave-out ${store}.`
  );
}

function notInPoint(store: string, { id }: Point, found: Findings): string {
  return `${store} is left out as asked: point ${id} does not hold it. ${becomes(found)}`;
}

function refuseAbsent(store: string, { id }: Point, found: Findings): string {
  return (
    `restore: point ${id} does not hold ${store}, which this platform runs: the point is older than that store, or was taken ` +
    `while it was switched off. Choose another point (./kaleem points), or restore the others with --leave-out ${store}. ${becomes(found)}`
  );
}

/** What a store holds afterwards that the point does not hold. */
function becomes({ root }: Findings): string {
  return root === null
    ? "It then starts empty."
    : "It then keeps its current data, which is newer than the others' and may reference records missing from the restored stores.";
}

/** Passing by a store that both have would mix data of two instants. */
function refuseAsked(
  { leaveOut }: RestoreRequest,
  here: readonly string[],
  { id, stores }: Point,
): Refusal[] {
  return [...new Set(leaveOut)].flatMap((store): Refusal[] => {
    const [isHere, isHeld] = [here.includes(store), stores.includes(store)];
    if (isHere !== isHeld) return [];
    const got = isHere
      ? `${store}, which both have: left out, its data would not match that of the others`
      : `${JSON.stringify(store)}, which neither has`;
    const sentence = `--leave-out: expected a store that only one of point ${id} and this platform has, got ${got}. Remove it from the command.`;
    return [{ code: "bad-request", sentence }];
  });
}
