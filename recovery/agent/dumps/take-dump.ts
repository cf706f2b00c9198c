import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exitCodes, RecoveryError, type ExitCode } from "../../../contract/exit-codes.ts";
import { jobs } from "../../../contract/jobs.ts";
import {
  dumpOutcomeSchema,
  type DumpedContent,
  type DumpManifest,
  type DumpOutcome,
} from "../../dumps/dump-manifest.ts";
import { dumpId, dumpsHost, dumpTags } from "../../dumps/dump-tags.ts";
import type { TakenDump } from "../answers/dump-record.ts";
import type { AgentContext } from "../context.ts";
import type { DumpSource } from "./dump-sources.ts";

/** What a dump is taken with. */
export interface DumpTools {
  readonly context: Pick<AgentContext, "host" | "local" | "opening">;
  readonly lineage: string;
  readonly signal: AbortSignal;
  /** Where the program that writes the dump tells how it ended. */
  readonly folder: string;
}

/**
 * Dumps one thing into the local repository: restic starts `kaleem-agent dump` and makes no snapshot when that fails; its manifest follows, without
 * which it counts as none. No dump lies on a disk in between.
 * @throws RecoveryError with why there is none
 */
export async function takeDump(source: DumpSource, tools: DumpTools): Promise<TakenDump> {
  const { context, lineage, signal, folder } = tools;
  const { host, local, opening } = context;
  const started = performance.now();
  const instant = host.now().toISOString();
  const tags = { id: dumpId(source.name, instant), lineage, source: source.name, instant };
  const limits = { signal, stallAfterMs: jobs.dump.stallAfterMs };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [outcomeFile, manifestFile] = ["outcome", "manifest"].map((part) =>
    join(folder, `${tags.id}.${part}`),
  );
  if (outcomeFile === undefined || manifestFile === undefined) throw new Error("two names became none");
  try {
    const command = [...opening.self, "dump", source.name, "--outcome", outcomeFile];
    const [summary, content] = await local
      .backupOutput({ command, file: source.file }, dumpsHost(lineage), dumpTags(tags, "data"), limits)
      .then(
        async (done) => [done, await contentOf(outcomeFile, source.name)] as const,
        async (error: unknown) => {
          signal.throwIfAborted();
          throw (await failureOf(outcomeFile)) ?? error;
        },
      );
    if (summary.bytes !== content.bytes) {
      await local.forget([summary.snapshot]);
      throw new RecoveryError(
        exitCodes.failed,
        `${source.name}: the repository took ${summary.bytes} bytes of a dump of ${content.bytes}; that dump was forgotten. Try again; if it is so again, look at the host's memory and disk.`,
      );
    }
    const manifest: DumpManifest = { version: 1, ...tags, file: source.file, content };
    await writeFile(manifestFile, `${JSON.stringify(manifest)}\n`, { mode: 0o600 });
    await local.backupOutput(
      { command: ["cat", manifestFile], file: `${source.name}.manifest.json` },
      dumpsHost(lineage),
      dumpTags(tags, "manifest"),
      limits,
    );
    return {
      ...{ id: tags.id, source: source.name, instant, bytes: summary.bytes, bytesAdded: summary.bytesAdded },
      seconds: Math.round((performance.now() - started) / 100) / 10,
    };
  } finally {
    await rm(outcomeFile, { force: true });
    await rm(manifestFile, { force: true });
  }
}

async function contentOf(file: string, source: string): Promise<DumpedContent> {
  const outcome = await readOutcome(file);
  if (outcome?.ok === true) return outcome.content;
  throw new RecoveryError(
    exitCodes.failed,
    `${source}: its dump ended well and does not say what it holds: run ./kaleem up, so that the agent is of one version.`,
  );
}

/** Why the dump failed, in its own words; null when it said nothing, as when restic itself failed. */
async function failureOf(file: string): Promise<RecoveryError | null> {
  const outcome = await readOutcome(file);
  if (outcome === null || outcome.ok) return null;
  return new RecoveryError(outcome.exitCode as ExitCode, outcome.message);
}

async function readOutcome(file: string): Promise<DumpOutcome | null> {
  try {
    const parsed = dumpOutcomeSchema.safeParse(JSON.parse(await readFile(file, "utf8")));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
