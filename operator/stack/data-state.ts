import type { RemoteHost } from "../ssh/remote-host.ts";
import { CommandError } from "../../recovery/host/host-port.ts";
import { layout } from "../../contract/layout.ts";
import { shipRecord } from "../../recovery/agent/answers/run-record.ts";
import { journalPath, parseJournal } from "../../recovery/restore/journal/journal-file.ts";
import type { RestoreJournal } from "../../recovery/restore/journal/journal.ts";
import { unfinishedRestore, type UnfinishedRestore } from "../../recovery/restore/journal/unfinished.ts";
import { lineageSchema, type Lineage } from "../../recovery/lineage/head.ts";

/**
 * The lineage that a host's data root names; null when it is without a lineage, or when there is no data root yet.
 * A file that cannot be understood is an error: taking it for "without a lineage" would close a platform that serves.
 */
export async function readLineage(host: RemoteHost): Promise<Lineage | null> {
  const text = await read(host, layout.lineage);
  if (text === null) return null;
  try {
    return lineageSchema.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && error.name === "ZodError")) {
      throw new Error(
        `${layout.lineage} on the host: expected {lineage, generation, host}, got something else. ` +
          "Do not remove it: compare with `./kaleem points`, then put it right.",
        { cause: error },
      );
    }
    throw error;
  }
}

/**
 * The restore that was begun on a host and has not ended well, from the same journal that its agent goes by; null when there is none.
 * @throws RecoveryError for a journal that cannot be understood: it is never taken for none
 */
export async function readUnfinished(host: RemoteHost): Promise<UnfinishedRestore | null> {
  return unfinishedRestore(await readJournal(host));
}

/**
 * The journal of the last restore on a host; null when there was none.
 * @throws RecoveryError for one that cannot be understood: it is never taken for none
 */
export async function readJournal(host: RemoteHost): Promise<RestoreJournal | null> {
  const path = journalPath(layout.agentState);
  const text = await read(host, path);
  return text === null ? null : parseJournal(text, path);
}

/** The lineage whose founding has begun on a host and was not seen to end; null when there is none, or none that can be understood. */
export async function readFounding(host: RemoteHost): Promise<Lineage | null> {
  const text = await read(host, layout.founding);
  if (text === null) return null;
  try {
    return lineageSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Whether a host's agent has seen one of its points off-site. A record of another form, of an older agent, was written by a shipping. */
export async function hasShipped(host: RemoteHost): Promise<boolean> {
  const text = await read(host, `${layout.agentState}/ship.json`);
  if (text === null) return false;
  try {
    const record = shipRecord.safeParse(JSON.parse(text));
    return !record.success || (record.data.lastSuccess?.result.newest ?? null) !== null;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Whether the host's edge keeps customers away. */
export async function isEdgeClosed(host: RemoteHost): Promise<boolean> {
  return (await read(host, layout.closed)) !== null;
}

/** Null when there is no such file. */
async function read(host: RemoteHost, path: string): Promise<string | null> {
  try {
    return (await host.run(["cat", path], { timeoutMs: 30_000 })).stdout;
  } catch (error) {
    if (error instanceof CommandError && /No such file or directory/.test(error.stderr)) return null;
    throw error;
  }
}
