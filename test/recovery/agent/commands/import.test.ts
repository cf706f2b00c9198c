import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { exitCodes, RecoveryError } from "../../../../contract/exit-codes.ts";
import { layout } from "../../../../contract/layout.ts";
import { dumpCommand } from "../../../../recovery/agent/commands/dump.ts";
import { importCommand } from "../../../../recovery/agent/commands/import.ts";
import { sourceOf } from "../../../catalog/support/portable-source.ts";
import { agentFixture, type AgentFixture } from "../agent-fixture.ts";

let fixture: AgentFixture;
before(async () => {
  fixture = await agentFixture();
});
after(() => fixture.stop());

const refusal = (code: number, sentence: RegExp) => (error: unknown) => {
  assert.ok(error instanceof RecoveryError, String(error));
  assert.equal(error.exitCode, code);
  assert.match(error.message, sentence);
  return true;
};

test("a request that is not one is refused by its fields, without a word of what it holds", async () => {
  for (const given of ["no JSON, secret", "{}", '{"id":"../etc","planOnly":true,"sources":["secret"]}'])
    await assert.rejects(
      importCommand(fixture.context, given),
      refusal(
        exitCodes.usage,
        /^import: expected a request as JSON on stdin, got something else: (?!.*secret)/,
      ),
    );
});

test("files that did not arrive, and stores that this stack does not have, stop an import before anything is done", async () => {
  const sources = [sourceOf({ store: "nowhere", name: "nowhere.file" })];
  const request = { id: "import-0123456789ab", planOnly: false, sources };
  await assert.rejects(
    importCommand(fixture.context, JSON.stringify(request)),
    refusal(
      exitCodes.usage,
      /^nowhere: nowhere\.file did not arrive on the host: import again\nnowhere: nowhere\.file cannot be imported: this stack has no nowhere; leave it out with --store\nNothing was imported\.$/,
    ),
  );
  assert.equal(await fixture.context.host.readFile(layout.closed), null);
  assert.equal(await fixture.context.locks.holder("restore"), null);
  assert.equal(await fixture.context.locks.holder("data"), null);
});

test("its plan says the same, and looks for no file", async () => {
  const sources = [sourceOf({ store: "nowhere", name: "nowhere.file" })];
  const answer = await importCommand(
    fixture.context,
    JSON.stringify({ id: "plan", planOnly: true, sources }),
  );
  assert.deepEqual(answer, {
    refusals: [
      "nowhere: nowhere.file cannot be imported: this stack has no nowhere; leave it out with --store",
    ],
    replaced: [],
    closed: false,
  });
});

test("while a restore or another import is at work an import is refused", async () => {
  const held = await fixture.context.locks.acquire("restore");
  const request = { id: "import-0123456789ab", planOnly: false, sources: [sourceOf({})] };
  try {
    await assert.rejects(
      importCommand(fixture.context, JSON.stringify(request)),
      refusal(exitCodes.busy, /./),
    );
  } finally {
    await held.release();
  }
});

test("a dump is asked of a store that can give one", async () => {
  await assert.rejects(
    dumpCommand(fixture.context, ["nginx"]),
    refusal(exitCodes.usage, /^dump: expected one of .*, got "nginx"\.$/),
  );
});
