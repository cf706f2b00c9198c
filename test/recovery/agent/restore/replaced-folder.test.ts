import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { layout } from "../../../../contract/layout.ts";
import { listReplaced, removeReplaced } from "../../../../recovery/agent/restore/replaced-folder.ts";
import { beginJournal } from "../../../../recovery/restore/journal/begin-journal.ts";
import { planRestore } from "../../../../recovery/restore/plan/plan.ts";
import { findings, request } from "../../restore/phases/findings-fixture.ts";
import { agentFixture, type AgentFixture } from "../agent-fixture.ts";

let agent: AgentFixture;
let folder: string;
beforeEach(async () => {
  agent = await agentFixture();
  folder = mkdtempSync(join(tmpdir(), "kaleem-replaced-"));
  for (const id of ["first", "second"]) {
    mkdirSync(join(folder, id, "mongo"), { recursive: true });
    writeFileSync(join(folder, id, "mongo/orders"), Buffer.alloc(100_000, 1));
  }
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await agent.stop();
});

test("lists each with the space that it takes, and nothing where no restore was", async () => {
  const replaced = await listReplaced(folder);
  assert.deepEqual(
    replaced.map(({ id }) => id),
    ["first", "second"],
  );
  for (const { bytes } of replaced) assert.ok(bytes !== null && bytes >= 100_000 && bytes < 200_000);
  assert.deepEqual(await listReplaced(join(folder, "none")), []);
});

test("removes the one that is named, and no other", async () => {
  await removeReplaced(agent.context, "first", folder);
  assert.deepEqual(readdirSync(folder), ["second"]);
});

test("a name that is none of them, or a path, removes nothing", async () => {
  for (const id of ["third", "", ".", "..", "../other", "first/mongo", "fir"]) {
    await assert.rejects(
      removeReplaced(agent.context, id, folder),
      /holds nothing of restore ".*": nothing was removed\. There are: first, second\.$/,
    );
  }
  assert.deepEqual(readdirSync(folder), ["first", "second"]);
});

test("keeps what an unfinished restore still needs, and everything while a restore runs", async () => {
  const plan = planRestore(findings(), request());
  assert.ok(!Array.isArray(plan));
  const journal = beginJournal({ ...plan, id: "first" }, new Date());
  agent.files.set(join(layout.agentState, "restore.json"), JSON.stringify(journal));
  await assert.rejects(
    removeReplaced(agent.context, "first", folder),
    /^RecoveryError: Restore first is unfinished/,
  );
  const lock = await agent.context.locks.acquire("restore");
  await assert.rejects(removeReplaced(agent.context, "second", folder), {
    name: "RecoveryError",
    exitCode: 75,
  });
  await lock.release();
  assert.deepEqual(readdirSync(folder), ["first", "second"]);
});
