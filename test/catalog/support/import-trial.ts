import assert from "node:assert/strict";
import { createWriteStream } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { finished, pipeline } from "node:stream/promises";
import type { StatefulDefinition } from "../../../catalog/definition.ts";
import { usualLimits } from "../../../catalog/inventory/inventory.ts";
import type { Portable, PortableSource } from "../../../catalog/portable/portable.ts";
import { differencesFrom } from "../../../catalog/portable/stated.ts";
import type { Taking } from "../../../catalog/portable/read-portable.ts";
import { readSource } from "../../../operator/imports/read-source.ts";
import { runTool } from "../../../recovery/imports/run-tool.ts";
import type { StoreContainer } from "./store-container.ts";

/** Reads files, loads them into a store as the agent does, and dumps from it. */
export class ImportTrial {
  readonly #definition: StatefulDefinition;
  readonly #store: StoreContainer;
  readonly #secrets: Readonly<Record<string, string>>;

  constructor(
    definition: StatefulDefinition,
    store: StoreContainer,
    secrets: Readonly<Record<string, string>>,
  ) {
    this.#definition = definition;
    this.#store = store;
    this.#secrets = secrets;
  }

  get #portable(): Portable<unknown> {
    const { portable } = this.#definition.recovery;
    assert.ok(portable);
    return portable;
  }

  /** What a file holds. */
  async read(path: string, taking: Partial<Taking> = {}): Promise<PortableSource> {
    const { size: bytes, mtimeMs: changedMs } = await stat(path);
    const name = path.slice(path.lastIndexOf("/") + 1);
    const file = {
      path,
      name,
      bytes,
      changedMs,
      madeMs: changedMs,
      isFolder: false,
      store: this.#definition.name,
    };
    const read = await readSource(file, path, { rename: {}, withoutUsers: false, ...taking });
    assert.ok("source" in read, JSON.stringify(read));
    return read.source;
  }

  async judge(source: PortableSource): Promise<readonly string[]> {
    const judge = this.#portable.judge?.bind(this.#portable);
    assert.ok(judge);
    return this.#store.use((client) => judge(client, source));
  }

  /** Loads it, sets the users, and gives where the store is not what the file says. */
  async load(source: PortableSource, path: string): Promise<readonly string[]> {
    const { load } = this.#portable;
    assert.ok(load);
    if ("client" in load) await this.#store.use((client) => load.client(client, source, path));
    else {
      const call = load.tool(this.#secrets, source);
      await runTool({ container: this.#store.id, call, file: path, signal: new AbortController().signal });
    }
    await this.#store.use((client) => this.#definition.recovery.resetUsers(client));
    return this.differences(source);
  }

  async differences(source: PortableSource): Promise<readonly string[]> {
    return this.#store.use(async (client) =>
      differencesFrom(source.stated, await this.#definition.recovery.inventory(client, usualLimits)),
    );
  }

  /** Dumps into a folder, by the name that an import finds; the path. */
  async dump(folder: string): Promise<string> {
    const { dump } = this.#portable;
    assert.ok(dump);
    const { file } = dump;
    const path = join(folder, `${file.prefix}2026-01-01-0000${file.suffix}`);
    if ("text" in dump) await writeFile(path, await this.#store.use((client) => dump.text(client)));
    else if ("stream" in dump)
      await this.#store.use((client) => pipeline(dump.stream(client), createWriteStream(path)));
    else {
      const call = await this.#store.use((client) => dump.tool(client, this.#secrets));
      const output = createWriteStream(path);
      await runTool({ container: this.#store.id, call, output, signal: new AbortController().signal });
      output.end();
      await finished(output);
    }
    return path;
  }
}
