import { z } from "zod";
import { entryPath, type Inventory, type InventoryRequest } from "../inventory/inventory.ts";
import { canonicalJson, digestText, optionsText } from "../inventory/options-text.ts";
import { InventoryRecorder } from "../inventory/recorder.ts";
import { hashOf } from "../inventory/set-digest.ts";
import { Tally } from "../inventory/tally.ts";
import type { N8nClient } from "./n8n-client.ts";

const workflow = z.looseObject({ id: z.string(), name: z.string() });
const credential = z.looseObject({ id: z.string(), name: z.string(), type: z.string() });
const tag = z.looseObject({ id: z.string(), name: z.string() });
const instant = z.string().nullish();
const execution = z.looseObject({
  id: z.union([z.string(), z.number()]).transform(String),
  workflowId: z.string().nullish(),
  mode: z.string().nullish(),
  status: z.string().nullish(),
  startedAt: instant,
  stoppedAt: instant,
});
const executions = z.object({ results: z.array(execution) });

/** As many as n8n gives at once. */
const pageSize = 50;
const answerLimitMs = 30_000;
/** n8n's defaults, which its definition leaves alone: executions are pruned by age, and beyond a number. */
const keptMs = 336 * 3_600_000;
const keptAtMost = 10_000;
/** Of a workflow, what changes although nobody changes it, and what is told about the one who asks. */
const notItsOwn: ReadonlySet<string> = new Set([
  "scopes",
  "homeProject",
  "usedCredentials",
  "sharedWithProjects",
  "checksum",
  "triggerCount",
]);

/**
 * What n8n holds: each workflow, how many credentials of which names and kinds (never what is in them), executions with what prunes
 * them, tags. Made after the sources of 2.41, and tested against a stub of their answers.
 */
export async function n8nInventory(
  client: N8nClient,
  version: string,
  request: InventoryRequest,
): Promise<Inventory> {
  const recorder = new InventoryRecorder("n8n", request);
  await addWorkflows(client, recorder);
  await addList(client, recorder, "credentials", credential, ({ id, name, type }) => [id, name, type]);
  await addList(client, recorder, "tags", tag, ({ id, name }) => [id, name]);
  await addExecutions(client, recorder);
  recorder.leaveOut("user owner", "set by the platform at every start");
  recorder.leaveOut("other users, projects, variables, data tables", "not asked for");
  return recorder.finish(version);
}

async function ask<Schema extends z.ZodType>(
  client: N8nClient,
  path: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  return schema.parse(await client.ask("GET", path, undefined, answerLimitMs));
}

async function addWorkflows(client: N8nClient, recorder: InventoryRecorder): Promise<void> {
  for (let skip = 0; ; skip += pageSize) {
    const page = await ask(client, `/workflows?take=${pageSize}&skip=${skip}`, z.array(workflow));
    for (const { id } of page) {
      const whole = await ask(client, `/workflows/${encodeURIComponent(id)}`, workflow);
      const own = Object.entries(whole).filter(([name]) => !notItsOwn.has(name));
      // A node's parameters may hold a password that somebody typed in there.
      const options = own.map(([name, value]): [string, unknown] => [
        name,
        typeof value === "object" ? digestText(value) : value,
      ]);
      recorder.add(entryPath("workflow", id), {
        kind: "workflows",
        options: optionsText(Object.fromEntries(options)),
      });
    }
    if (page.length < pageSize) return;
  }
}

async function addList<Schema extends z.ZodType>(
  client: N8nClient,
  recorder: InventoryRecorder,
  kind: "credentials" | "tags",
  schema: Schema,
  facts: (one: z.infer<Schema>) => readonly string[],
): Promise<void> {
  const tally = new Tally(recorder.takenAtMs);
  for (const one of await ask(client, `/${kind}`, z.array(schema)))
    tally.add({ bytes: 0, hash: hashOf(...facts(one)) });
  recorder.add(kind, tally.entry(kind, { sample: "all" }));
}

async function addExecutions(client: N8nClient, recorder: InventoryRecorder): Promise<void> {
  const tally = new Tally(recorder.takenAtMs);
  let last = "";
  for (;;) {
    const { results } = await ask(client, `/executions?limit=${pageSize}${last}`, executions);
    for (const one of results) {
      const ended = one.stoppedAt ?? one.startedAt;
      const dueMs = typeof ended === "string" ? Date.parse(ended) + keptMs : undefined;
      // The newest come first.
      tally.add({
        bytes: 0,
        hash: hashExecution(one),
        dueMs: tally.items < keptAtMost ? dueMs : recorder.takenAtMs,
      });
    }
    const oldest = results.at(-1);
    if (oldest === undefined || results.length < pageSize) break;
    last = `&lastId=${encodeURIComponent(oldest.id)}`;
  }
  recorder.add("executions", tally.entry("executions", { sample: "all", why: "executions that n8n prunes" }));
}

/** One that still runs is marked as broken off by the next start: only what has ended keeps its status. */
function hashExecution({
  id,
  workflowId,
  mode,
  status,
  startedAt,
  stoppedAt,
}: z.infer<typeof execution>): Buffer {
  const ended = stoppedAt === null || stoppedAt === undefined ? {} : { status, stoppedAt };
  return hashOf(canonicalJson({ id, workflowId, mode, startedAt, ...ended }));
}
