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
  /** Stops listening; what runs on the host goes on. */
  readonly signal?: AbortSignal;
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
  const last = await ask(channel, [layout.agentCommand, "restore"], { ...request, planOnly: false });
  if (last?.event === "report") return last.report;
  throw new Error(
    "the agent ended without a report. Repeat the same restore: it continues where it stopped.",
  );
}

/** What a restore would do. @throws RestoreRefused with every reason why it cannot be done. */
export async function planStackRestore({ request, ...channel }: RestoreStackArguments): Promise<RestorePlan> {
  const last = await ask(channel, [layout.agentCommand, "restore"], { ...request, planOnly: true });
  if (last?.event === "planned") return last.plan;
  throw new Error("the agent ended without a plan; its log is above.");
}

/** So much of disk and processor as leaves the work beside it its own; alone, it has all of both. A scope, so that it outlives the connection. */
const beside = [
  ...["systemd-run", "--scope", "--quiet", "--collect"],
  ...["--property=IOWeight=20", "--property=CPUWeight=20"],
  ...["ionice", "--class", "2", "--classdata", "7", "nice", "-n", "10"],
];

/**
 * Fetches the point of a restore while the platform is still being declared, at low weight; `restoreStack` of the same request goes on
 * from it. What was fetched already is not fetched again.
 * @throws RestoreRefused with every reason, SshError, or the agent's own words when the point could not be fetched.
 */
export async function fetchForRestore({ request, ...channel }: RestoreStackArguments): Promise<void> {
  const last = await ask(channel, [...beside, layout.agentCommand, "fetch"], { ...request, planOnly: false });
  if (last?.event !== "fetched") throw new Error("the agent ended without having fetched the point.");
}

type Channel = Omit<RestoreStackArguments, "request">;

async function ask(
  { host, onEvent, onLog, signal }: Channel,
  argv: readonly string[],
  request: RestoreAsk & { planOnly: boolean },
): Promise<RestoreEvent | null> {
  let last: RestoreEvent | null = null;
  const onStdoutLine = (line: string): void => {
    last = restoreEventSchema.parse(JSON.parse(line));
    onEvent?.(last);
  };
  const stdin = JSON.stringify(restoreRequestSchema.parse(request));
  try {
    await host.run(argv, {
      stdin,
      onStdoutLine,
      ...(onLog === undefined ? {} : { onStderrLine: onLog }),
      ...(signal === undefined ? {} : { signal }),
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
