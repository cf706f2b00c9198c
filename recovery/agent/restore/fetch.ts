import { text } from "node:stream/consumers";
import { exitCodes, type ExitCode } from "../../../contract/exit-codes.ts";
import { beginJournal } from "../../restore/journal/begin-journal.ts";
import type { Progress } from "../../restore/execute.ts";
import { fetchAhead } from "../../restore/fetch-ahead.ts";
import type { Findings } from "../../restore/plan/findings.ts";
import { planRestore } from "../../restore/plan/plan.ts";
import { refusalExitCode } from "../../restore/plan/refusal-exit-code.ts";
import type { RestoreRequest } from "../../restore/plan/request.ts";
import type { AgentContext } from "../context.ts";
import { findRestore } from "./restore-findings.ts";
import { restorePorts } from "./restore-ports.ts";
import { lockRestore, parseRequest, resume, speaker } from "./restore.ts";

/**
 * `kaleem-agent fetch`: begins a restore while the platform is still being declared, and fetches its point beside the live data. The
 * request is `restore`'s; the same request to `restore` goes on from there. On an empty data root alone: what is live must be closed first.
 */
export async function fetchCommand(context: AgentContext): Promise<ExitCode> {
  const request = parseRequest(await text(process.stdin));
  const say = speaker();
  const lock = await lockRestore(context);
  if (lock === null) return refuse(await findRestore(context, request, true), request, say);
  try {
    return await fetch(context, request, say);
  } finally {
    await lock.release();
  }
}

async function fetch(context: AgentContext, request: RestoreRequest, say: Progress): Promise<ExitCode> {
  const found = beforeUp(await findRestore(context, request, false));
  const planned = planRestore(found, { ...request, overExisting: false });
  if (Array.isArray(planned)) return refuse(found, request, say);
  const resumed = resume(found.journal, planned);
  say({ event: "begun", plan: planned, resumed: resumed !== null });
  await fetchAhead(resumed ?? beginJournal(planned, found.now), restorePorts(context), say);
  say({ event: "fetched" });
  return exitCodes.ok;
}

function refuse(found: Findings, request: RestoreRequest, say: Progress): ExitCode {
  const refusals = planRestore(beforeUp(found), { ...request, overExisting: false });
  if (!Array.isArray(refusals)) throw new Error("fetch: it was refused, and there is no reason against it");
  say({ event: "refused", refusals });
  return refusalExitCode(refusals);
}

/** Services are being declared just now; the restore itself looks whether they are. */
export function beforeUp(found: Findings): Findings {
  return {
    ...found,
    stores: found.stores.map((store) => ({ ...store, declared: true })),
    applications: found.applications.map((application) => ({ ...application, declared: true })),
  };
}
