import { exitCodes, type ExitCode } from "../../contract/exit-codes.ts";
import type { AgentStatus } from "../../recovery/agent/answers/agent-status.ts";
import type { Head } from "../../recovery/lineage/head.ts";

/** What was seen of the machine that customers are to be sent to. */
export interface NewHostView {
  /** What its agent says. */
  readonly status: Pick<
    AgentStatus,
    "stack" | "founded" | "closed" | "restore" | "lastProven" | "services" | "writesBlocked"
  >;
  /** The head record of its bucket; null for none. */
  readonly head: Pick<Head, "lineage" | "generation" | "host" | "stack" | "parent" | "changedAt"> | null;
  /** What its edge answered at the address that customers would be sent to. */
  readonly edge: { readonly status: number | null; readonly text: string };
  /** Whether the edge's certificate is for the record's name. */
  readonly certificateFits: boolean;
}

/** One reason why no customer may be sent there. */
export interface Refusal {
  readonly exitCode: ExitCode;
  readonly sentence: string;
}

/** What a machine is judged for. */
export interface WantedHost {
  readonly stack: string;
  readonly address: string;
  /** The record's name. */
  readonly name: string;
}

/** Every reason not to send customers to a machine; empty when it is the one. Pure. */
export function judgeNewHost(view: NewHostView, wanted: WantedHost): readonly Refusal[] {
  return [...judgeStatus(view, wanted), ...judgeLineage(view, wanted), ...judgeEdge(view, wanted)];
}

function judgeStatus({ status }: NewHostView, { stack, address }: WantedHost): readonly Refusal[] {
  const short = status.services.filter(({ wanted, healthy }) => wanted !== null && healthy < wanted);
  const unfinished = status.restore?.unfinished ?? null;
  return [
    ...refuseIf(
      status.stack !== stack,
      exitCodes.usage,
      `expected the host of stack ${stack}, got that of ${status.stack}; give the stack that runs there`,
    ),
    ...refuseIf(
      unfinished !== null,
      exitCodes.restoreUnfinished,
      `restore ${unfinished?.id ?? ""} has not ended (it is at ${unfinished?.phase ?? ""}); finish it: ./kaleem restore --stack ${stack}`,
    ),
    ...refuseIf(
      status.closed,
      exitCodes.failed,
      `expected a platform that is open, got a closed one: data has still to be restored, ./kaleem restore --stack ${stack} brings it back and opens`,
    ),
    ...refuseIf(
      status.writesBlocked !== null,
      exitCodes.diskFull,
      `expected a platform that takes writes, got one that refuses them for want of space since ${status.writesBlocked?.since ?? ""}; give it room first`,
    ),
    ...refuseIf(
      short.length > 0,
      exitCodes.storeDown,
      `expected every service healthy, got ${short.map(({ name, healthy, wanted }) => `${name} ${healthy} of ${String(wanted)}`).join(", ")}; ./kaleem status --stack ${stack} tells more`,
    ),
  ].map((refusal) => ({ ...refusal, sentence: `host ${address}: ${refusal.sentence}` }));
}

/** Who may write, and whether its data were held against what they came from. */
function judgeLineage({ status, head }: NewHostView, { stack }: WantedHost): readonly Refusal[] {
  const { founded, lastProven } = status;
  if (founded === null)
    return refuseIf(
      true,
      exitCodes.notUp,
      `lineage: expected data that were founded or restored, got none on the host; run ./kaleem up --stack ${stack}`,
    );
  if (head === null)
    return refuseIf(
      true,
      exitCodes.noPoint,
      "lineage: expected a head record in the off-site bucket, got none: nothing was ever shipped from this host; take a first point: " +
        `./kaleem point --stack ${stack}`,
    );
  const isHead =
    head.lineage === founded.lineage && head.generation === founded.generation && head.host === founded.host;
  const { parent } = head;
  return [
    ...refuseIf(
      !isHead,
      exitCodes.superseded,
      `lineage: expected this host to be the head, got generation ${head.generation} on ${head.host} since ${head.changedAt}, and generation ${founded.generation} here: ` +
        "two hosts would take writes. Restore here first, which makes this one the head",
    ),
    ...refuseIf(
      isHead && parent !== null && lastProven?.point !== parent.point,
      exitCodes.verifyIncomplete,
      `restore: expected the restore of ${parent?.point ?? ""}, which this host grew from, to be verified, got ${lastProven === null ? "no verified restore" : `one of ${lastProven.point}`}; ` +
        "./kaleem status tells of the last one",
    ),
  ];
}

function judgeEdge(
  { edge, certificateFits }: NewHostView,
  { address, name }: WantedHost,
): readonly Refusal[] {
  return [
    ...refuseIf(
      edge.status !== 200,
      exitCodes.failed,
      `edge at ${address}: expected 200 from /api/health under this host's own certificate, got ${edge.text}; ` +
        "customers would get that. Does the address lead to this host, and does its firewall let 443 in?",
    ),
    ...refuseIf(
      !certificateFits,
      exitCodes.config,
      `edge at ${address}: expected a certificate for ${name}, got one for other names; set edge.serverName and edge.tls, then ./kaleem up`,
    ),
  ];
}

function refuseIf(isWrong: boolean, exitCode: ExitCode, sentence: string): readonly Refusal[] {
  return isWrong ? [{ exitCode, sentence }] : [];
}
