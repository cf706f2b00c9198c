import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { catalog } from "../catalog/sample-catalog.ts";
import { hostOf, testStack } from "./support/test-stack.ts";
import { throughTunnel } from "./support/tunnel.ts";

const answered = z.object({
  status: z.literal("success"),
  data: z.object({
    result: z.array(
      z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
    ),
  }),
});

type Series = Readonly<Record<string, string>>;

/** Asks Prometheus through a tunnel, as docs/monitoring.md says; gives the labels of what an expression finds. */
async function withPrometheus(
  work: (ask: (expression: string) => Promise<Series[]>) => Promise<void>,
): Promise<void> {
  await throughTunnel(hostOf(testStack.name), "prometheus", 9090, async (port) => {
    await work(async (expression) => {
      const url = new URL(`http://127.0.0.1:${port}/api/v1/query`);
      url.searchParams.set("query", expression);
      const answer = answered.parse(await (await fetch(url)).json());
      return answer.data.result.map(({ metric }) => metric);
    });
  });
}

test("Prometheus hears every service that it asks, the edge, and what MongoDB says of itself", async () => {
  const silent = "up == 0 or probe_success == 0 or kaleem_store_measured == 0";
  const tells =
    "kaleem_mongo_writable == 1 and on () mongodb_ss_uptime > 0 and on () mongodb_dbstats_objects > 0";
  await withPrometheus(async (ask) => {
    // It asks every half minute, and the agent measures as often.
    for (const deadline = Date.now() + 120_000; ;) {
      const [missing, mongo] = [await ask(silent), await ask(tells)];
      if (missing.length === 0 && mongo.length === 1) break;
      if (Date.now() > deadline) assert.fail(JSON.stringify({ missing, mongo }));
      await delay(2_000);
    }
    const asked = new Set((await ask("up")).map(({ job }) => job));
    const measured = catalog.filter(
      ({ metrics, optional }) => metrics !== undefined && optional === undefined,
    );
    assert.ok(measured.length > 8, String(measured.length));
    for (const { name } of measured)
      assert.ok(asked.has(name), `${name} is not among ${[...asked].join(", ")}`);
  });
});

/** How full the disk and the memory of the machine are that the tests run on. */
const ofTheMachine = "DiskSpaceLow|DiskAlmostFull|HostMemoryLow";

test("no alert fires on a platform that has just come up but the one that says that alerting works", async () => {
  await withPrometheus(async (ask) => {
    const firing = await ask(`ALERTS{alertstate="firing", alertname!~"${ofTheMachine}"}`);
    assert.deepEqual(
      firing.map(({ alertname }) => alertname),
      ["Watchdog"],
    );
  });
});
