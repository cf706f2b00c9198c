import type { Findings } from "./findings.ts";
import { decideService } from "./plan-service.ts";
import type { Refusal } from "./refusal.ts";
import { refuseDiscarded, refuseHost } from "./refuse.ts";
import type { RestoreRequest } from "./request.ts";
import type { ChosenPoint, RestorePlan } from "./restore-plan.ts";

/**
 * Decides how a restore of one store is undone: what it moved aside comes back, and what it put there is moved aside in its turn, so
 * that an undo can be undone. Works on an unfinished restore, too. Or gives every reason why not.
 */
export function planUndo(
  found: Findings,
  request: RestoreRequest & { readonly undo: string },
): RestorePlan | Refusal[] {
  const unfinished = undoneUnfinished(found, request.undo);
  const moved = found.movedAside.filter(({ directories }) => directories.length > 0);
  const chosen =
    unfinished ?? (request.undo === "latest" ? moved.at(-1) : moved.find(({ id }) => id === request.undo));
  if (chosen === undefined) return [refuse(unknown(request.undo, moved))];
  const { id: restore, directories } = chosen;
  const owners = found.stores.filter(({ name }) =>
    (found.directories[name] ?? []).some((one) => directories.includes(one)),
  );
  const store = unfinished === null ? owners[0] : { name: unfinished.service };
  if (store === undefined || owners.length > 1) return [refuse(ofAll(restore, directories))];
  const asked = { ...request, service: store.name };
  const refusals = [...refuseHost(found, asked), ...refuseDiscarded(found, store.name)];
  if (refusals.length > 0) return refusals;
  return decideService(found, request, ownData(found, restore), {
    name: store.name,
    liveBytes: found.liveBytes,
    undoes: { restore, directories: [...directories] },
  });
}

/**
 * The unfinished restore of one store that is given up by undoing it. It may have moved nothing aside yet, or nothing but a part: then no
 * more than that comes back, and the store is started.
 */
export function undoneUnfinished(
  { journal, movedAside }: Pick<Findings, "journal" | "movedAside">,
  undo: string,
): { readonly id: string; readonly service: string; readonly directories: readonly string[] } | null {
  if (journal === null || journal.finishedAt !== null) return null;
  const { id, service, request } = journal.plan;
  // An undo that was killed is gone on with by the same words.
  if (service === null || request.undo === undo || (undo !== "latest" && undo !== id)) return null;
  const directories = movedAside.find((one) => one.id === id)?.directories ?? [];
  return { id, service: service.name, directories };
}

function refuse(sentence: string): Refusal {
  return { code: "bad-request", sentence };
}

function unknown(asked: string, moved: Findings["movedAside"]): string {
  const there = moved.length === 0 ? "There is none." : `There are: ${moved.map(({ id }) => id).join(", ")}.`;
  return `--undo: expected a restore whose replaced data is on this host, got ${JSON.stringify(asked)}. ${there} Nothing was changed.`;
}

function ofAll(restore: string, directories: readonly string[]): string {
  return `--undo: restore ${restore} moved ${directories.join(", ")} aside, which is not one store of this platform. To go back behind a restore of the whole platform, restore the safety point that its report names: --at POINT --over-existing. Nothing was changed.`;
}

/** The id of a restore begins with its time. */
const idTime = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*$/;

/** What is put back is of no point: its time is that of the restore that moved it aside, as its name says. */
function ownData({ root, now }: Findings, restore: string): ChosenPoint {
  const instant = !idTime.test(restore)
    ? now.toISOString()
    : restore.replace(idTime, "$1-$2-$3T$4:$5:$6.000Z");
  return {
    id: restore,
    instant,
    lineage: root?.lineage ?? "",
    generation: root?.generation ?? 1,
    from: "local",
    snapshot: "",
    stores: [],
    bytes: null,
  };
}
