import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { z } from "zod";
import { exitCodes, RecoveryError } from "../../../../contract/exit-codes.ts";
import { layout } from "../../../../contract/layout.ts";
import { runRecord } from "../../../../recovery/agent/answers/run-record.ts";
import { RunLog } from "../../../../recovery/agent/logs/run-log.ts";
import { logDays, RunLogs } from "../../../../recovery/agent/logs/run-logs.ts";
import { recordedRun } from "../../../../recovery/agent/recorded-run.ts";
import { Log } from "../../../../recovery/host/log.ts";
import { agentFixture, type AgentFixture } from "../agent-fixture.ts";

let agent: AgentFixture;
beforeEach(async () => {
  agent = await agentFixture();
});
afterEach(() => agent.stop());

const waiting = (): string[] =>
  [...agent.files.keys()]
    .filter((path) => path.startsWith(`${layout.runLogs}/`))
    .map((path) => path.slice(layout.runLogs.length + 1));

function logs(): RunLogs {
  return new RunLogs(agent.context.host, () => Promise.resolve(waiting()));
}

function run(work: () => Promise<string>): Promise<string> {
  return recordedRun(agent.context, {
    job: "check-local",
    schema: runRecord(z.string()),
    run: work,
    describe: (result) => result,
    samples: () => [],
  });
}

const key = "/kaleem-backup/logs/check-local/2026-11-21/120000Z-33.log";

describe("logs of runs", () => {
  it("are kept of each run, failed ones too, with what it said and how it ended, and sent later", async () => {
    const failing = run(() => {
      agent.context.log.line("looking at part 3");
      return Promise.reject(new RecoveryError(exitCodes.repositoryDamaged, "A pack is missing."));
    });
    await assert.rejects(failing);
    agent.context.log.line("said after its end");
    assert.deepEqual(waiting(), ["20261121T120000Z_check-local_33.log"]);
    assert.equal(await logs().send(await agent.context.bucket()), 1);
    assert.equal(
      agent.s3.objects.get(key)?.body,
      "2026-11-21T12:00:00.000Z looking at part 3\n" +
        "2026-11-21T12:00:00.000Z kaleem-check-local: exit code 33: A pack is missing.\n",
    );
    assert.deepEqual(waiting(), []);
  });

  it("wait while off-site is away, and go with the next", async () => {
    await run(() => Promise.resolve("sound"));
    agent.s3.refuse = { status: 403, code: "AccessDenied" };
    await assert.rejects(logs().send(await agent.context.bucket()));
    assert.deepEqual(waiting(), ["20261121T120000Z_check-local_0.log"]);
    agent.s3.refuse = null;
    assert.equal(await logs().send(await agent.context.bucket()), 1);
  });

  it("fail no run that cannot keep its own", async () => {
    const host = {
      ...agent.context.host,
      writeFile: (path: string, text: string, mode?: number) =>
        path.startsWith(layout.runLogs)
          ? Promise.reject(new Error("ENOSPC: no space left"))
          : agent.context.host.writeFile(path, text, mode),
    };
    const result = await recordedRun(
      { ...agent.context, host },
      {
        job: "check-local",
        schema: runRecord(z.string()),
        run: () => Promise.resolve("sound"),
        describe: (sentence) => sentence,
        samples: () => [],
      },
    );
    assert.equal(result, "sound");
    assert.match(agent.lines.join("\n"), /the log of this run is not kept: ENOSPC/);
  });

  it("are sent fifty at a time, and of more than a thousand the oldest are given up", async () => {
    for (let nth = 0; nth < 1_010; nth += 1) {
      const startedAt = new Date(Date.UTC(2026, 10, 20, 0, 0, nth)).toISOString();
      await logs().keep({ job: "point", startedAt, exitCode: 0, text: "x\n" });
    }
    agent.files.set(`${layout.runLogs}/.log.tmp`, "a killed write");
    assert.equal(await logs().send(await agent.context.bucket()), 50);
    assert.equal(waiting().length, 951);
    const sent = [...agent.s3.objects.keys()].filter((path) => path.includes("/logs/"));
    assert.equal(
      sent[0],
      "/kaleem-backup/logs/point/2026-11-20/000010Z-0.log",
      "the ten before are given up",
    );
  });

  it("are removed off-site once they are old, once a day, and nothing else is", async () => {
    const put = (path: string) => agent.s3.objects.set(`/kaleem-backup/${path}`, { body: "x", version: 1 });
    const old = new Date(Date.UTC(2026, 10, 21) - (logDays + 1) * 86_400_000).toISOString().slice(0, 10);
    const young = new Date(Date.UTC(2026, 10, 21) - (logDays - 1) * 86_400_000).toISOString().slice(0, 10);
    const kept = [`logs/point/${young}/000000Z-0.log`, "logs/point/notes.txt", "lineage/head.json"];
    for (const path of [...kept, `logs/point/${old}/000000Z-0.log`, `logs/ship/${old}/000000Z-13.log`])
      put(path);
    await logs().send(await agent.context.bucket());
    assert.deepEqual(
      [...agent.s3.objects.keys()].filter((key) => !key.includes("/restic/")).sort(),
      kept.map((path) => `/kaleem-backup/${path}`).sort(),
    );
    const asked = agent.s3.requests.length;
    await logs().send(await agent.context.bucket());
    assert.equal(agent.s3.requests.length, asked, "not twice a day");
  });
});

describe("what is kept of a run's words", () => {
  it("is its beginning and its end when it says much, and how much lies between", () => {
    const log = new Log(() => undefined);
    const kept = new RunLog(log, () => new Date(0));
    for (let nth = 0; nth < 10_000; nth += 1) log.line(`line ${nth} ${"x".repeat(100)}`);
    const text = kept.end("the end");
    assert.ok(Buffer.byteLength(text) < 65 * 1024, `${Buffer.byteLength(text)} bytes`);
    const lines = text.trimEnd().split("\n");
    assert.match(lines[0] ?? "", / line 0 /);
    assert.match(lines.at(-1) ?? "", / the end$/);
    const [, left = ""] = /\((\d+) lines are left out here\)/.exec(text) ?? [];
    assert.equal(Number(left) + lines.length - 1, 10_001);
  });
});
