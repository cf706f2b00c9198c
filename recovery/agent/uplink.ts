import { z } from "zod";
import type { HostPort } from "../host/host-port.ts";
import { layout } from "../../contract/layout.ts";

const uplinkSchema = z.object({ bytesPerSecond: z.number().positive(), measuredAt: z.iso.datetime() });
/** A shorter or smaller transfer tells of latency, not of the link. */
const leastMs = 5_000;
const leastBytes = 4 * 1024 * 1024;
const keepEveryMs = 10_000;

/** How fast off-site takes what we send, as the last transfers showed: kept while they run, since one may never end by itself. */
export class Uplink {
  readonly #host: HostPort;
  readonly #path = `${layout.agentState}/uplink.json`;
  #keptAtMs = -Infinity;
  constructor(host: HostPort) {
    this.#host = host;
  }

  /** Bytes a second; null when it was never measured. */
  async rate(): Promise<number | null> {
    const text = await this.#host.readFile(this.#path);
    if (text === null) return null;
    try {
      const parsed = uplinkSchema.safeParse(JSON.parse(text));
      return parsed.success ? parsed.data.bytesPerSecond : null;
    } catch {
      // Torn or strange: it is measured anew.
      return null;
    }
  }

  /** Takes a running transfer into account: what it has written so far, and for how long it runs. */
  async note(bytes: number, elapsedMs: number): Promise<void> {
    if (elapsedMs < this.#keptAtMs) this.#keptAtMs = -Infinity;
    if (bytes < leastBytes || elapsedMs < leastMs || elapsedMs - this.#keptAtMs < keepEveryMs) return;
    this.#keptAtMs = elapsedMs;
    const measuredAt = this.#host.now().toISOString();
    const record = { bytesPerSecond: Math.round((bytes * 1000) / elapsedMs), measuredAt };
    await this.#host.writeFile(this.#path, `${JSON.stringify(record)}\n`, 0o644);
  }
}
