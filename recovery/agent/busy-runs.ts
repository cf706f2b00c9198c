import { z } from "zod";
import type { HostPort } from "../host/host-port.ts";
import type { JobName } from "../../contract/jobs.ts";
import { layout } from "../../contract/layout.ts";

const countSchema = z.object({ runs: z.number().int().positive(), since: z.iso.datetime() });
type Count = z.infer<typeof countSchema>;

/** How many runs of a job in a row have found another one at work. */
export class BusyRuns {
  readonly #host: HostPort;
  readonly #path: string;
  constructor(host: HostPort, job: JobName) {
    this.#host = host;
    this.#path = `${layout.agentState}/${job}-busy.json`;
  }

  /** One more. */
  async count(): Promise<Count> {
    const before = await this.#read();
    const count = { runs: (before?.runs ?? 0) + 1, since: before?.since ?? this.#host.now().toISOString() };
    await this.#host.writeFile(this.#path, `${JSON.stringify(count)}\n`, 0o644);
    return count;
  }

  /** The row is broken: a run has found its turn. */
  async reset(): Promise<void> {
    if ((await this.#host.readFile(this.#path)) !== null) await this.#host.removeFile(this.#path);
  }

  async #read(): Promise<Count | null> {
    const text = await this.#host.readFile(this.#path);
    if (text === null) return null;
    try {
      const parsed = countSchema.safeParse(JSON.parse(text));
      return parsed.success ? parsed.data : null;
    } catch {
      // Torn: the row is counted from here.
      return null;
    }
  }
}
