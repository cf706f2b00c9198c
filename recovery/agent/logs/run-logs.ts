import { readdir } from "node:fs/promises";
import { jobNames, type JobName } from "../../../contract/jobs.ts";
import { bucketLayout, layout } from "../../../contract/layout.ts";
import type { HostPort } from "../../host/host-port.ts";
import type { Bucket } from "../../lineage/bucket.ts";

/** For so many days logs stay in the bucket; it needs no lifecycle rule for it. */
export const logDays = 90;
/** A run sends so many, and the next one more: a point must not wait for them. */
const mostSent = 50;
/** So many wait here while off-site is away; of more, the oldest go. */
const mostWaiting = 1_000;
const dayMs = 86_400_000;
const cleanedPath = `${layout.agentState}/run-logs-cleaned`;

/** One run's log. */
export interface EndedRun {
  readonly job: JobName;
  readonly startedAt: string;
  readonly exitCode: number;
  readonly text: string;
}

type Files = Pick<HostPort, "readFile" | "writeFile" | "removeFile" | "now">;

/**
 * The logs of the jobs' runs, failed ones too: kept on this host until a shipping has brought them into the bucket, under
 * `logs/<job>/<day>/<time>-<exit code>.log`. The host's journal has them as well, for as long as it keeps anything.
 */
export class RunLogs {
  readonly #host: Files;
  readonly #list: (folder: string) => Promise<readonly string[]>;
  /** @param list Names in a folder; none when there is no such folder. @default the machine's own */
  constructor(host: Files, list: (folder: string) => Promise<readonly string[]> = namesIn) {
    this.#host = host;
    this.#list = list;
  }

  /** Keeps one until it is sent. */
  async keep({ job, startedAt, exitCode, text }: EndedRun): Promise<void> {
    const time = startedAt.replace(/[-:]|\.\d+/g, "");
    await this.#host.writeFile(`${layout.runLogs}/${time}_${job}_${exitCode}.log`, text, 0o600);
  }

  /**
   * Brings what waits into the bucket, oldest first, and once a day removes there what is older than `logDays`. What could not be sent waits
   * for the next one. @returns how many were sent. @throws RecoveryError as the bucket does
   */
  async send(bucket: Pick<Bucket, "put" | "list" | "delete">): Promise<number> {
    const waiting = (await this.#list(layout.runLogs)).filter((name) => keyOf(name) !== null).sort();
    for (const name of waiting.splice(0, waiting.length - mostWaiting)) await this.#remove(name);
    let sent = 0;
    for (const name of waiting.slice(0, mostSent)) {
      const key = keyOf(name);
      const text = await this.#host.readFile(`${layout.runLogs}/${name}`);
      if (key !== null && text !== null)
        await bucket.put(key, text, "text/plain; charset=utf-8", { always: true });
      await this.#remove(name);
      sent += 1;
    }
    await this.#clean(bucket);
    return sent;
  }

  async #clean(bucket: Pick<Bucket, "list" | "delete">): Promise<void> {
    const now = this.#host.now();
    const today = now.toISOString().slice(0, 10);
    if ((await this.#host.readFile(cleanedPath))?.trim() === today) return;
    const oldest = new Date(now.getTime() - logDays * dayMs).toISOString().slice(0, 10);
    for (const job of jobNames) {
      const prefix = `${bucketLayout.logs}/${job}/`;
      for (const { key } of await bucket.list(prefix))
        if (isDay(key.slice(prefix.length, prefix.length + 10)) && key.slice(prefix.length) < oldest)
          await bucket.delete(key);
    }
    await this.#host.writeFile(cleanedPath, `${today}\n`, 0o644);
  }

  async #remove(name: string): Promise<void> {
    await this.#host.removeFile(`${layout.runLogs}/${name}`);
  }
}

/** Null for a file that is no log of ours. */
function keyOf(name: string): string | null {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d{6}Z)_([a-z-]+)_(\d+)\.log$/.exec(name);
  if (found === null) return null;
  const [year = "", month = "", day = "", time = "", job = "", code = ""] = found.slice(1);
  return `${bucketLayout.logs}/${job}/${year}-${month}-${day}/${time}-${code}.log`;
}

function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
