import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandError } from "../../../recovery/host/host-port.ts";
import { isEdgeClosed, readLineage, readUnfinished } from "../../../operator/stack/data-state.ts";
import { beginJournal } from "../../../recovery/restore/journal/begin-journal.ts";
import { planRestore } from "../../../recovery/restore/plan/plan.ts";
import type { RemoteHost } from "../../../operator/ssh/remote-host.ts";
import { findings, request } from "../../recovery/restore/phases/findings-fixture.ts";

/** A host with these files, by the end of their paths. */
function hostWith(files: Readonly<Record<string, string>>): RemoteHost {
  return {
    run: async (argv) => {
      const path = argv[1] ?? "";
      const name = Object.keys(files).find((ending) => path.endsWith(ending));
      if (name === undefined) throw new CommandError(argv, 1, `cat: ${path}: No such file or directory`);
      return { stdout: files[name] ?? "", stderr: "" };
    },
  };
}

const plan = planRestore(findings(), request());
assert.ok(!Array.isArray(plan));
const journal = beginJournal(plan, new Date("2026-11-20T03:20:00Z"));

test("a fresh machine has no lineage, no restore and an open edge", async () => {
  const host = hostWith({});
  assert.deepEqual(
    [await readLineage(host), await readUnfinished(host), await isEdgeClosed(host)],
    [null, null, false],
  );
});

test("tells the unfinished restore of the agent's journal, and none once it has ended", async () => {
  const unfinished = await readUnfinished(hostWith({ "agent/restore.json": JSON.stringify(journal) }));
  assert.deepEqual(unfinished, { id: plan.id, phase: "locate" });
  const ended = { ...journal, finishedAt: "2026-11-20T03:21:00.000Z" };
  assert.equal(await readUnfinished(hostWith({ "agent/restore.json": JSON.stringify(ended) })), null);
});

test("a journal that cannot be understood is never taken for none", async () => {
  await assert.rejects(
    readUnfinished(hostWith({ "agent/restore.json": "{" })),
    /restore\.json: the journal of the last restore cannot be read/,
  );
});

test("any other failure to read is one", async () => {
  const host: RemoteHost = { run: (argv) => Promise.reject(new CommandError(argv, 1, "Permission denied")) };
  for (const look of [readLineage, readUnfinished, isEdgeClosed])
    await assert.rejects(look(host), CommandError);
});
