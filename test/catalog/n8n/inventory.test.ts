import assert from "node:assert/strict";
import { test } from "node:test";
import { n8nInventory } from "../../../catalog/n8n/inventory.ts";
import { N8nClient } from "../../../catalog/n8n/n8n-client.ts";
import { compareInventories } from "../../../recovery/proof/compare-inventories.ts";
import { startStub, type StubN8n } from "./stub-n8n.ts";

const password = "the-present-password";
const day = 86_400_000;

const execution = (id: string, agoMs: number, status = "success") => ({
  id,
  workflowId: "a",
  mode: "trigger",
  status,
  startedAt: new Date(Date.now() - agoMs).toISOString(),
  stoppedAt: status === "running" ? null : new Date(Date.now() - agoMs).toISOString(),
});

async function withStub(use: (take: () => ReturnType<typeof n8nInventory>, stub: StubN8n) => Promise<void>) {
  const stub = await startStub(password);
  const client = new N8nClient({ host: "127.0.0.1", secrets: { "owner-password": password } }, stub.port);
  try {
    await use(() => n8nInventory(client, "2.41.3", { bytes: 1, ms: 60_000 }), stub);
  } finally {
    stub.stop();
  }
}

test("workflows, credentials, tags: each alteration is named, and no content of them is told", async () => {
  await withStub(async (take, stub) => {
    const wanted = await take();
    assert.ok(!JSON.stringify(wanted).includes("typed-in-by-hand"));
    const kept = structuredClone({ workflows: stub.workflows, credential: stub.credential });
    const [a, b] = kept.workflows;
    assert.ok(a !== undefined && b !== undefined);
    for (const [change, expected] of [
      [
        () =>
          (stub.workflows[0] = {
            ...a,
            nodes: [{ parameters: { token: "typed-in-by-hanD" } }],
          }),
        "n8n: workflows: workflow/a",
      ],
      [() => (stub.workflows[1] = { ...b, active: true }), "n8n: workflows: workflow/b"],
      [() => stub.workflows.pop(), "n8n: workflows: workflow/b"],
      [() => (stub.credential = { id: "d", name: "mail", type: "smtp" }), "n8n: credentials: credentials"],
      [() => stub.tags.set("t0", "clients"), "n8n: tags: tags"],
    ] as const) {
      change();
      assert.deepEqual(
        compareInventories(wanted, await take()).findings.map(({ name }) => name),
        [expected],
      );
      Object.assign(stub, structuredClone(kept));
      stub.tags.set("t0", "customers");
    }
    assert.deepEqual(compareInventories(wanted, await take()).findings, []);
  });
});

test("executions that n8n prunes may be gone, others not; one that ran is marked as broken off by the next start", async () => {
  await withStub(async (take, stub) => {
    const [running, young, old] = [
      execution("3", 1_000, "running"),
      execution("2", day),
      execution("1", 15 * day),
    ];
    stub.executions = [running, young, old];
    const wanted = await take();
    stub.executions = [{ ...running, status: "crashed" }, young];
    const { findings, tolerated } = compareInventories(wanted, await take());
    assert.deepEqual(findings, []);
    assert.deepEqual(tolerated, [
      "n8n: executions: executions: 1 gone by themselves, as due: executions that n8n prunes",
    ]);
    stub.executions = [running, old];
    assert.equal(compareInventories(wanted, await take()).findings[0]?.name, "n8n: executions: executions");
  });
});
