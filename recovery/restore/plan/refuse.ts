import { nameOf } from "../../lineage/bucket-identity.ts";
import type { Head } from "../../lineage/head.ts";
import { enginesOf } from "../verify/check-manifest.ts";
import { makeRoom } from "../replaced-data.ts";
import type { Findings, FoundRepository, Place } from "./findings.ts";
import type { Refusal } from "./refusal.ts";
import type { PlanRequest, RestoreRequest } from "./request.ts";
import type { ChosenPoint, RestorePlan } from "./restore-plan.ts";

/** What a restore leaves free on the data filesystem beyond its own need, in bytes. */
const spareBytes = 256 * 1024 * 1024;

/** Every reason against restoring on this host at all, whichever point is meant. */
export function refuseHost(found: Findings, request: RestoreRequest): Refusal[] {
  return [
    ...refuseRunning(found),
    ...refuseNotUp(found, request),
    ...(request.undo === null ? refuseRepositories(found, request) : []),
    ...refuseHead(found, request),
    ...(isOneService(request) ? refuseEmpty(found) : refuseFounded(found, request)),
  ];
}

/** Whether the platform goes on serving while this is done. */
function isOneService({ service, undo }: RestoreRequest): boolean {
  return service !== null || undo !== null;
}

/** Why an unfinished restore cannot be resumed by this request; empty when it can. */
export function refuseUnfinished(plan: RestorePlan, request: PlanRequest): Refusal[] {
  const asked = flagsOf(plan.request);
  if (asked === flagsOf(request)) return [];
  const of =
    plan.service === null ? `of point ${plan.point.id}` : `of ${plan.service.name} from ${plan.point.id}`;
  const sentence = `restore: a restore ${of} is unfinished on this host. Resume it with ${asked}, or restart with --from-scratch.`;
  return [{ code: "unfinished", sentence }];
}

/** A request as it is typed. */
export function flagsOf({ at, from, lineage, service, undo }: PlanRequest): string {
  if (undo !== null) return `--undo ${undo}`;
  const one = service === null ? "" : `--service ${service} `;
  return `${one}--at ${/ /.test(at) ? `"${at}"` : at} --from ${from}${lineage === null ? "" : ` --lineage ${lineage}`}`;
}

/** A restore of one store that is left half done leaves that store stopped: it is ended, or undone, before another one is begun. */
export function refuseDiscarded({ discarded }: Findings, service: string): Refusal[] {
  if (discarded === null || discarded === service) return [];
  const sentence = `restore: a restore of ${discarded} is unfinished on this host, and ${discarded} is stopped or holds what was not verified. End it first: repeat it, choose another point with --service ${discarded} --at … --from-scratch, or undo it with ./kaleem restore --undo.`;
  return [{ code: "unfinished", sentence }];
}

/** Too little space to unpack the point beside what is there. */
export function refuseSpace(found: Findings, point: ChosenPoint): Refusal[] {
  const need = (point.bytes ?? 0) + spareBytes;
  if (found.freeBytes >= need) return [];
  const sentence = `restore: point ${point.id} needs ${mib(need)} on the data filesystem, ${mib(found.freeBytes)} are free. ${makeRoom(found.replaced)}.`;
  return [{ code: "no-space", sentence }];
}

function refuseRunning(found: Findings): Refusal[] {
  if (!found.restoreRunning) return [];
  return [
    {
      code: "running",
      sentence:
        'restore: another restore runs on this host. Wait for it; "./kaleem status" shows how far it is.',
    },
  ];
}

function refuseNotUp(found: Findings, request: RestoreRequest): Refusal[] {
  const services = isOneService(request)
    ? found.stores.filter(({ name }) => name === request.service)
    : [...enginesOf(found.stores), ...found.applications];
  const missing = services.filter((service) => !service.declared);
  if (missing.length === 0) return [];
  const names = missing.map((service) => service.name).join(", ");
  return [
    {
      code: "not-up",
      sentence: `restore: the host has no service ${names}. Run "./kaleem up" first; a restore fills what it declared.`,
    },
  ];
}

function refuseRepositories(found: Findings, request: RestoreRequest): Refusal[] {
  const used: [Place, FoundRepository, string][] = [
    ["local", found.local, "the local repository"],
    ["offsite", found.offsite, found.offsiteName],
  ];
  const asked = used.filter(([place]) => request.from === "any" || request.from === place);
  // With `any`, one repository that answers is enough: the other may be what was lost.
  const usable = asked.some(([, repository]) => repository.state === "ok");
  const troubles = asked.flatMap(([, repository, name]) => refuseRepository(repository, name));
  return usable ? troubles.filter((trouble) => trouble.code === "wrong-password") : troubles;
}

function refuseRepository(repository: FoundRepository, name: string): Refusal[] {
  switch (repository.state) {
    case "ok":
      return [];
    case "missing":
      return [
        {
          code: "no-point",
          sentence: `restore: there is no repository in ${name}, so no recovery point. Check the bucket and prefix of this stack.`,
        },
      ];
    case "wrong-password":
      return [
        {
          code: "wrong-password",
          sentence: `restore: ${name} refuses this stack's restic password. Set the right one with "pulumi config set --secret restic-password" and run "./kaleem up".`,
        },
      ];
    case "unreachable":
      return [
        {
          code: "unreachable",
          sentence: `restore: ${name} cannot be read: ${repository.why}. Check endpoint, keys and network, or try --from ${name.startsWith("s3:") ? "local" : "offsite"}.`,
        },
      ];
    default:
      return repository satisfies never;
  }
}

function refuseHead(found: Findings, request: RestoreRequest): Refusal[] {
  // One store of a platform that serves: nothing is claimed, so a bucket that is away is no hindrance.
  if (found.head.state === "unreachable" && isOneService(request)) return [];
  if (found.head.state === "unreachable") {
    const sentence = `restore: the head record in ${found.offsiteName} cannot be read: ${found.head.why}. A restore must claim it before it opens, else two hosts could serve at once. Check endpoint, keys and network.`;
    return [{ code: "unreachable", sentence }];
  }
  if (found.head.state === "none" || request.takeOver) return [];
  const { head } = found.head;
  if (head.movedTo !== undefined) {
    const sentence = `restore: everything in ${found.offsiteName} was moved to ${nameOf(head.movedTo)}, where newer points are. Restore from there (offsite in the stack file, or the kit that was made since), or from here with --take-over.`;
    return [{ code: "superseded", sentence }];
  }
  if (found.root === null) return refuseOtherStack(found, head, request);
  if (head.host === found.root.host && head.generation === found.root.generation) return [];
  const sentence = `restore: this host (generation ${found.root.generation}) was superseded by ${head.host} (generation ${head.generation}, ${head.changedAt}), which may be serving now. Restore there, or take over with --take-over once it is off.`;
  return [{ code: "superseded", sentence }];
}

/** An empty host that restores from another stack's bucket takes that stack's head, and its host ships nothing any more. */
function refuseOtherStack(found: Findings, head: Head, { ofStack }: RestoreRequest): Refusal[] {
  if (head.stack === found.stack || head.stack === ofStack) return [];
  const sentence =
    `restore: the head record in ${found.offsiteName} is stack ${head.stack}'s (generation ${head.generation}, ${head.changedAt}), and this host is stack ${found.stack}: ` +
    `it would take that stack's place, whose host would then ship nothing any more. Give ${found.stack} a bucket or a prefix of its own in kaleem:offsite; if it is to take the place of ${head.stack}, add --of-stack ${head.stack}.`;
  return [{ code: "other-stack", sentence }];
}

function refuseFounded(found: Findings, request: RestoreRequest): Refusal[] {
  if (found.root === null || request.overExisting) return [];
  const { lineage, generation } = found.root;
  const sentence = `restore: the data root holds live data (lineage ${lineage}, generation ${generation}). To replace it, add --over-existing; a safety point is taken first.`;
  return [{ code: "founded", sentence }];
}

/** One store is put beside others that serve: there have to be some. */
function refuseEmpty({ root }: Findings): Refusal[] {
  if (root !== null) return [];
  const sentence =
    "restore: this data root is of no lineage, so no store of it serves. Restore the whole platform first, without --service.";
  return [{ code: "not-up", sentence }];
}

function mib(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MiB`;
}
