/**
 * `kaleem-agent dump` for a store in a container of a test: started by restic with the store, its container, its address and the files with its
 * secrets and for its outcome.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { catalog } from "../../../catalog/catalog.ts";
import { portableReader } from "../../../catalog/portable/read-portable.ts";
import { readWhileWritten } from "../../../recovery/dumps/read-while-written.ts";
import { runTool } from "../../../recovery/imports/run-tool.ts";

const [store = "", container = "", host = "", secretsFile = "", outcomeFile = ""] = process.argv.slice(2);
const definition = catalog.find(({ name }) => name === store);
const reader = portableReader(store);
if (definition?.kind !== "stateful" || reader === null) throw new Error(`no store ${store}`);
const { recovery } = definition;
const dump = recovery.portable?.dump;
if (dump === undefined) throw new Error(`${store} gives no dump`);
const secrets = JSON.parse(readFileSync(secretsFile, "utf8")) as Record<string, string>;

async function write(to: Writable): Promise<void> {
  if (dump === undefined) return;
  const client = await recovery.connect({ host, secrets });
  try {
    if ("stream" in dump) await pipeline(Readable.from(dump.stream(client)), to, { end: false });
    else if ("text" in dump) to.write(await dump.text(client));
    else {
      const call = await dump.tool(client, secrets);
      await runTool({ container, call, output: to, signal: new AbortController().signal });
    }
  } finally {
    await recovery.close(client);
  }
}

const file = `${store}${dump.file.suffix}`;
const read = (content: AsyncIterable<Uint8Array>) =>
  reader(content, file, { rename: {}, withoutUsers: false });
writeFileSync(outcomeFile, JSON.stringify(await readWhileWritten(write, read, process.stdout)));
