import { constants } from "node:os";
import { goQuote } from "./go-quote.ts";

/** How a remote process ended; `lost` when the connection closed before the host told. */
export type ProcessEnd =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "signal"; readonly signal: string }
  | { readonly kind: "lost" };

/**
 * The sentence for a command that did not end with exit code 0; `undefined` for one that did. It shows the command
 * and what it wrote, so neither may hold a secret: hand those over by stdin to a command that does not echo.
 */
export function describeFailure(end: ProcessEnd, command: string, output: string): string | undefined {
  if (end.kind === "exit" && end.code === 0) return undefined;
  return `${describeEnd(end)}: running ${goQuote(command)}:\n${output}`;
}

function describeEnd(end: ProcessEnd): string {
  switch (end.kind) {
    case "exit":
      return `Process exited with status ${String(end.code)}`;
    case "signal":
      return `Process exited with status ${String(128 + signalNumber(end.signal))} from signal ${end.signal}`;
    case "lost":
      return "wait: remote command exited without exit status or exit signal";
    default:
      return end satisfies never;
  }
}

/** 0 for a signal that this machine does not know. */
function signalNumber(name: string): number {
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return numbers[`SIG${name}`] ?? 0;
}
