import { z } from "zod";
import type { HostPort } from "../host/host-port.ts";
import { layout } from "../../contract/layout.ts";

const forgottenSchema = z.array(z.string());

/** Where it stands which dumps were. */
export const forgottenDumps = `${layout.agentState}/forgotten-dumps-offsite.json`;

/** The points that were forgotten off-site on purpose while they were still here: shipping them again would bring them back for a day. */
export class ForgottenPoints {
  readonly #host: HostPort;
  readonly #path: string;
  /** @param path Where they are kept. @default those of points */
  constructor(host: HostPort, path = `${layout.agentState}/forgotten-offsite.json`) {
    this.#host = host;
    this.#path = path;
  }

  /** Their ids. */
  async read(): Promise<ReadonlySet<string>> {
    const text = await this.#host.readFile(this.#path);
    if (text === null) return new Set();
    try {
      const parsed = forgottenSchema.safeParse(JSON.parse(text));
      return new Set(parsed.success ? parsed.data : []);
    } catch {
      // Torn or strange: at worst they are shipped once more and forgotten again.
      return new Set();
    }
  }

  /** Adds some, and drops those that are no longer here: only what is here could be shipped again. */
  async add(ids: readonly string[], here: ReadonlySet<string>): Promise<void> {
    const all = [...new Set([...(await this.read()), ...ids])].filter((id) => here.has(id)).sort();
    await this.#host.writeFile(this.#path, `${JSON.stringify(all)}\n`, 0o644);
  }
}
