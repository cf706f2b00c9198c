import { writeFile } from "node:fs/promises";
import type { Writable } from "node:stream";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import { hostFiles } from "../../dumps/configs.ts";
import type { DumpOutcome } from "../../dumps/dump-manifest.ts";
import { readWhileWritten } from "../../dumps/read-while-written.ts";
import { runTool } from "../../imports/run-tool.ts";
import type { AgentContext } from "../context.ts";
import { dumpSources, type DumpSource } from "../dumps/dump-sources.ts";
import { taskOf, withStore } from "../store-access.ts";

const askLimitMs = 120_000;

/**
 * `kaleem-agent dump STORE [--outcome FILE]`: its data in the portable form, on stdout; the name that the former scripts gave such a file goes
 * to the log. It is read on its way, and one that is not whole is a failure. Nothing stands still for it. With `--outcome` what it holds, or
 * why it failed, is written into that file: restic starts this command, and tells nobody more than that it failed.
 */
export async function dumpCommand(context: AgentContext, args: readonly string[]): Promise<void> {
  const [name = "", option, outcomeFile, ...rest] = args;
  const sources = dumpSources(context);
  const source = sources.find((one) => one.name === name);
  if (source === undefined || (option !== undefined && option !== "--outcome") || rest.length > 0)
    throw new RecoveryError(
      exitCodes.usage,
      `dump: expected one of ${sources.map((one) => one.name).join(", ")}, got "${args.join(" ")}".`,
    );
  if (outcomeFile === undefined) {
    const { prefix, suffix } = source.named;
    const stamp = new Date().toISOString().slice(0, 16).replace("T", "-").replace(":", "");
    context.log.line(`${name}: as ${prefix}${stamp}${suffix}`);
  }
  const keep = async (outcome: DumpOutcome): Promise<void> => {
    if (outcomeFile !== undefined) await writeFile(outcomeFile, JSON.stringify(outcome), { mode: 0o600 });
  };
  try {
    const write = (to: Writable): Promise<void> => writeDump(context, source, to);
    const content = await readWhileWritten(write, source.read, process.stdout);
    await keep({ ok: true, content });
  } catch (error) {
    const known = error instanceof RecoveryError;
    const message = known ? error.message : `${name}: its dump ${sentenceOf(error)}`;
    const exitCode = known ? error.exitCode : exitCodes.failed;
    await keep({ ok: false, exitCode, message });
    throw new RecoveryError(exitCode, message, { cause: error });
  }
}

/** Writes the dump of a source as it comes, and ends nothing. */
async function writeDump(context: AgentContext, { name, store }: DumpSource, to: Writable): Promise<void> {
  if (store === null) return pipeline(Readable.from(hostFiles()), to, { end: false });
  const { interrupted, log, opening } = context;
  const container = await taskOf(context, name);
  const onLine = (line: string): void => log.line(`${name}: ${line}`);
  if ("stream" in store.dump) {
    await runTool({
      container: container.id,
      call: {
        argv: [...opening.self, "store-dump", name],
        firstLine: JSON.stringify({ service: name, pid: container.pid }),
      },
      output: to,
      signal: interrupted,
      onLine,
      enter: () => ["nsenter", "-t", String(container.pid), "-n", "--"],
    });
    return;
  }
  const call = await withStore(context, name, (open) => open.dump(askLimitMs));
  if (typeof call === "string") {
    to.write(call);
    return;
  }
  await runTool({ container: container.id, call, output: to, signal: interrupted, onLine });
}
