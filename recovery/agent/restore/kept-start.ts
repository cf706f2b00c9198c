import { z } from "zod";
import { join } from "node:path";
import { layout } from "../../../contract/layout.ts";
import { serviceStartSchema } from "../../docker/service-start.ts";
import type { HostPort } from "../../host/host-port.ts";
import type { StoreStart } from "../../proof/prove-stores.ts";

/** What a store that is being restored reads and how it is started; in memory, secrets included, root's alone. */
export const isolatedFolder = join(layout.runtime, "restored");

const keptStart = z.strictObject({
  start: serviceStartSchema,
  secrets: z.record(z.string(), z.string()),
  files: z.array(z.strictObject({ path: z.string(), mode: z.number(), content: z.base64() })),
});

type Host = Pick<HostPort, "readFile" | "writeFile" | "removeFile">;

/**
 * How a store's service starts its task, with the present secrets: read while it runs, and needed while it does not. It outlives a run
 * that is killed; after a reboot it is gone, and the store is started as its service.
 */
export class KeptStart {
  readonly #host: Host;
  readonly #file: string;

  constructor(host: Host, store: string) {
    this.#host = host;
    this.#file = join(isolatedFolder, `${store}.json`);
  }

  async read(): Promise<StoreStart | null> {
    const text = await this.#host.readFile(this.#file);
    if (text === null) return null;
    const { start, secrets, files } = keptStart.parse(JSON.parse(text));
    const decoded = files.map((file) => ({ ...file, content: Buffer.from(file.content, "base64") }));
    return { start, secrets, files: decoded };
  }

  async write({ start, secrets, files }: StoreStart): Promise<void> {
    const encoded = files.map((file) => ({ ...file, content: file.content.toString("base64") }));
    await this.#host.writeFile(this.#file, JSON.stringify({ start, secrets, files: encoded }), 0o600);
  }

  async forget(): Promise<void> {
    await this.#host.removeFile(this.#file);
  }
}
