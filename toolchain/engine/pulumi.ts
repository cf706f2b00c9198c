import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  EngineEventReader,
  type PlannedStep,
  type ResourceChanges,
  type ResourceProgress,
} from "./engine-events.ts";
import { followLines } from "./follow-lines.ts";
import { explain, PulumiError } from "./pulumi-error.ts";
import { withoutDeadLocks } from "./stack.ts";
import { pulumiEnvironment, type StackContext } from "./stack-context.ts";

/** How an operation is run; everything is optional. */
export interface OperationOptions {
  /** Called for each step of each resource that changes. */
  readonly onResource?: (progress: ResourceProgress) => void;
  /** Called for each step that the engine means to do, previews included, with the engine's word for it. */
  readonly onStep?: (step: PlannedStep) => void;
  /** Called for each resource once it is as it was declared, those that did not change included; a deleted one too. */
  readonly onDone?: (step: PlannedStep) => void;
  /** More arguments for the command. */
  readonly args?: readonly string[];
  /** Aborting it is like ^C: the engine finishes what is under way, records it, and stops. */
  readonly signal?: AbortSignal;
}

/** What an operation did. */
export interface OperationResult {
  readonly changes: ResourceChanges;
  readonly seconds: number;
  /** What each resource took that changed, by its name. */
  readonly resourceSeconds: Readonly<Record<string, number>>;
  /** Warnings, each with the name of its resource. */
  readonly diagnostics: readonly string[];
}

const operationFlags = {
  preview: [],
  // The preview that `up` makes first would show its answer to nobody, and take as long again.
  up: ["--yes", "--skip-preview"],
  refresh: ["--yes", "--skip-preview"],
  destroy: ["--yes", "--skip-preview"],
} as const;

/**
 * Runs one operation on a stack that `createStack` made, and returns what it changed. Throws `PulumiError` with
 * every error that the engine reported. ^C, SIGTERM and SIGHUP reach the engine once each, as a request to stop
 * tidily; a second one stops it at once. A lock that a killed engine of this machine left on the stack is taken away.
 */
export function runPulumi(
  context: StackContext,
  operation: keyof typeof operationFlags,
  options: OperationOptions = {},
): Promise<OperationResult> {
  return withoutDeadLocks(context, () => runOnce(context, operation, options));
}

async function runOnce(
  context: StackContext,
  operation: keyof typeof operationFlags,
  options: OperationOptions,
): Promise<OperationResult> {
  const started = Date.now();
  mkdirSync(context.stateDirectory, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(tmpdir(), "kaleem-events-"));
  try {
    const log = join(folder, "events.jsonl");
    const resourceSeconds: Record<string, number> = {};
    const onResource = (progress: ResourceProgress): void => {
      resourceSeconds[progress.name] = progress.seconds;
      options.onResource?.(progress);
    };
    const reader = new EngineEventReader(onResource, {
      onStep: options.onStep,
      onDone: options.onDone,
    });
    const stopFollowing = followLines(log, (line) => {
      reader.read(line);
    });
    const argv = [
      operation,
      "--non-interactive",
      "--color=never",
      "--suppress-progress",
      `--stack=${context.stack}`,
      `--config-file=${context.stackFile}`,
      `--event-log=${log}`,
      ...operationFlags[operation],
      ...(options.args ?? []),
    ];
    const end = await runToEnd(context, argv, options.signal).finally(stopFollowing);
    const { changes, errors, warnings } = reader.record();
    if (end.code !== 0 || end.interrupted) throw failure(operation, context, end, errors);
    return { changes, seconds: (Date.now() - started) / 1000, resourceSeconds, diagnostics: warnings };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface End {
  readonly code: number;
  readonly output: string;
  readonly interrupted: boolean;
}

function failure(operation: string, context: StackContext, end: End, errors: readonly string[]): PulumiError {
  // Without an event the engine failed before it began; then what it wrote is all there is.
  const reasons = errors.length > 0 ? errors.join("\n") : end.output.trim().split("\n").slice(-12).join("\n");
  const how = end.interrupted
    ? "was interrupted; run it again to continue"
    : `ended with ${String(end.code)}`;
  return new PulumiError(
    explain(`pulumi ${operation} of stack ${context.stack} ${how}:\n${reasons}`),
    end.interrupted,
  );
}

/** In its own process group, so that a terminal's ^C comes to it once, through us: two at once would kill it untidily. */
function runToEnd(context: StackContext, argv: readonly string[], stop?: AbortSignal): Promise<End> {
  const child = spawn(context.engine.pulumi, argv, {
    cwd: context.project,
    env: { ...pulumiEnvironment(context), PULUMI_DEBUG_COMMANDS: "true" }, // Makes --event-log known.
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output = (output + text).slice(-16_384)));
  }
  let interrupted = false;
  const interrupt = (): void => {
    interrupted = true;
    child.kill("SIGINT");
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  stop?.addEventListener("abort", interrupt);
  if (stop?.aborted === true) interrupt();
  return new Promise<End>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code: code ?? 128, output, interrupted });
    });
  }).finally(() => {
    for (const signal of signals) process.removeListener(signal, interrupt);
    stop?.removeEventListener("abort", interrupt);
  });
}
