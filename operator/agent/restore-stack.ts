import { RecoveryError } from "../../contract/exit-codes.ts";
import { CommandError } from "../../recovery/host/host-port.ts";
import { layout } from "../../contract/layout.ts";
import { restoreEventSchema, type RestoreEvent } from "../../recovery/restore/journal/event.ts";
import { refusalExitCode } from "../../recovery/restore/plan/refusal-exit-code.ts";
import type { Refusal } from "../../recovery/restore/plan/refusal.ts";
import { restoreRequestSchema, type RestoreRequest } from "../../recovery/restore/plan/request.ts";
import type { RestorePlan } from "../../recovery/restore/plan/restore-plan.ts";
import type { RestoreReport } from "../../recovery/restore/report/report.ts";
import type { RemoteHost } from "../ssh/remote-host.ts";

/** What is asked of a restore; what is left out has the request's own default. */
export type RestoreAsk = Partial<Omit<RestoreRequest, "planOnly">>;

export interface RestoreStackArguments {
  readonly host: RemoteHost;
  readonly request: RestoreAsk;
  /** Told of each event as it arrives. */
  readonly onEvent?: (event: RestoreEvent) => void;
  /** The agent's log lines. */
  readonly onLog?: (line: string) => void;
}

/** Thrown when the host would not restore; nothing was changed. Holds every reason. */
export class RestoreRefused extends RecoveryError {
  readonly refusals: readonly Refusal[];
  constructor(refusals: readonly Refusal[]) {
    super(refusalExitCode(refusals), refusals.map((refusal) => refusal.sentence).join("\n"));
    this.name = "RestoreRefused";
    this.refusals = refusals;
  }
}

/**
 * Restores a stack by its agent and gives the report, whether the restore succeeded or failed.
 * @throws RestoreRefused with every reason, SshError, or the agent's own words when it could not begin.
 */
export async function restoreStack({ request, ...channel }: RestoreStackArguments): Promise<RestoreReport> {
  const last = await ask(channel, { ...request, planOnly: false });
  if (last?.event === "report") return last.report;
  throw new Error(
    "the agent ended without a report. Repeat the same restore: it continues where it stopped.",
  );
}

/** What a restore would do. @throws RestoreRefused with every reason why it cannot be done. */
export async function planStackRestore({ request, ...channel }: RestoreStackArguments): Promise<RestorePlan> {
  const last = await ask(channel, { ...request, planOnly: true });
  if (last?.event === "planned") return last.plan;
  throw new Error("the agent ended without a plan; its log is above.");
}

type Channel = Omit<RestoreStackArguments, "request">;

async function ask(
  { host, onEvent, onLog }: Channel,
  request: RestoreAsk & { planOnly: boolean },
): Promise<RestoreEvent | null> {
  let last: RestoreEvent | null = null;
  const onStdoutLine = (line: string): void => {
    last = restoreEventSchema.parse(JSON.parse(line));
    onEvent?.(last);
  };
  const stdin = JSON.stringify(restoreRequestSchema.parse(request));
  try {
    await host.run([layout.agentCommand, "restore"], {
      stdin,
      onStdoutLine,
      ...(onLog === undefined ? {} : { onStderrLine: onLog }),
    });
  } catch (error) {
    // A refused or failed restore has said so itself, in more words than its exit code.
    if (!(error instanceof CommandError) || !isFinal(last)) throw error;
  }
  const event = last as RestoreEvent | null;
  if (event?.event === "refused") throw new RestoreRefused(event.refusals);
  return event;
}

function isFinal(event: RestoreEvent | null): boolean {
  return (
    event !== null && (event.event === "refused" || event.event === "planned" || event.event === "report")
  );
}
