import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, it } from "node:test";
import { forgetCommand } from "../../../../recovery/agent/commands/maintenance.ts";
import { pointsCommand } from "../../../../recovery/agent/commands/points.ts";
import { shipCommand as ship } from "../../../../recovery/agent/commands/ship.ts";
import { offsitePoints } from "../../../../recovery/agent/offsite-points.ts";
import { newestSealedFile } from "../../../../recovery/lineage/newest-sealed-file.ts";
import { stackFileVersionKey } from "../../../../recovery/agent/ship-stack-file.ts";
import type { ShipResult } from "../../../../recovery/agent/answers/run-record.ts";
import { jobs } from "../../../../contract/jobs.ts";
import type { RunLimits } from "../../../../recovery/restic/run-limits.ts";
import type { AgentContext } from "../../../../recovery/agent/context.ts";
import { exitCodes, RecoveryError } from "../../../../contract/exit-codes.ts";
import { layout } from "../../../../contract/layout.ts";
import { newestStackFile } from "../../../../recovery/lineage/newest-stack-file.ts";
import { readClock } from "../../../../recovery/lineage/clock.ts";
import type { Head } from "../../../../recovery/lineage/head.ts";
import { tagsOf } from "../../../../recovery/point/point-tags.ts";
import type { Snapshot } from "../../../../recovery/restic/snapshot.ts";
import { agentFixture, machineId, type AgentFixture } from "../agent-fixture.ts";

const headKey = "/kaleem-backup/lineage/head.json";
const catalogueKey = "/kaleem-backup/catalogue/points.json";
const stackFileKey = "/kaleem-backup/kit/stack.yaml";
const own = { lineage: "prod-1", generation: 1, host: machineId };

let agent: AgentFixture;
beforeEach(async () => {
  agent = await agentFixture();
  agent.files.set(layout.lineage, JSON.stringify(own));
  setHead({});
  agent.local.list.push(snapshot(1), snapshot(2), snapshot(3));
});
afterEach(() => agent.stop());

function setHead(difference: object): void {
  const head = { ...own, stack: "test", parent: null, changedAt: "2026-11-21T00:00:00.000Z", ...difference };
  agent.s3.objects.set(headKey, { body: JSON.stringify(head), version: 1 });
}

function snapshot(hour: number, lineage = "prod-1", sequence?: number): Snapshot {
  const instant = new Date(Date.UTC(2026, 10, 21, hour)).toISOString();
  const id = `20261121T${String(hour).padStart(2, "0")}0000Z-0000`;
  const tags = tagsOf({ id, lineage, generation: 1, instant, sequence, stores: ["mongo"] });
  return { id: `s${hour}`, time: instant, host: lineage, paths: [layout.point], tags, bytes: 1 };
}

/** A point as its job leaves it: in the repository and in its record. */
function taken(hour: number): void {
  const made = snapshot(hour);
  agent.local.list.push(made);
  const at = made.time;
  const numbers = { attempts: 1, pauseMs: 1, firstPassMs: 1, secondPassMs: 1, backupMs: 1, totalMs: 1 };
  const result = {
    ...{ point: `20261121T${String(hour).padStart(2, "0")}0000Z-0000`, lineage: "prod-1", generation: 1 },
    ...{ instant: at, snapshot: made.id, stores: ["mongo"], ...numbers, files: 1, bytes: 1, bytesAdded: 1 },
  };
  const lastRun = { startedAt: at, finishedAt: at, ok: true, exitCode: 0, message: "taken" };
  const record = { lastRun, lastSuccess: { finishedAt: at, result } };
  agent.files.set(`${layout.agentState}/point.json`, JSON.stringify(record));
}

function shipCommand(context: AgentContext): Promise<ShipResult> {
  return ship(context, { waitMs: 0 });
}

async function failure(context: AgentContext = agent.context): Promise<RecoveryError> {
  const error: unknown = await shipCommand(context).then(
    () => assert.fail("it shipped"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RecoveryError, String(error));
  return error;
}

function record(): {
  lastRun: { ok: boolean; exitCode: number; message: string };
  lastSuccess: { result: { points: number } } | null;
} {
  return JSON.parse(agent.files.get(`${layout.agentState}/ship.json`) ?? "null") as ReturnType<typeof record>;
}

function metrics(): string {
  return agent.files.get(`${layout.metrics}/kaleem-ship.prom`) ?? "";
}

describe("ship", () => {
  it("brings the newest point first, then the rest, and says what is there", async () => {
    const result = await shipCommand(agent.context);
    assert.deepEqual(agent.offsite.copied, [["s3"], ["s2", "s1"]]);
    assert.equal(result.newest?.point, "20261121T030000Z-0000");
    assert.equal(result.points, 3);
    assert.equal(record().lastRun.ok, true);
    assert.match(
      metrics(),
      /backup_newest_point_timestamp_seconds\{repo="offsite",store="mongo"\} 1795230000\n/,
    );
  });

  it("ships only what is not there, and nothing of another lineage", async () => {
    await shipCommand(agent.context);
    agent.local.list.push(snapshot(4), snapshot(5, "host-01234567"));
    const result = await shipCommand(agent.context);
    assert.deepEqual(result.shipped, ["20261121T040000Z-0000"]);
    assert.deepEqual(agent.offsite.copied.at(-1), ["s4"]);
  });

  it("ships nothing from a host without a lineage, says so, and that is no failure", async () => {
    agent.files.delete(layout.lineage);
    const result = await shipCommand(agent.context);
    assert.equal(result.founded, false);
    assert.deepEqual(agent.offsite.copied, []);
    assert.deepEqual(agent.lines, [
      "nothing is shipped: this data root has no lineage, so its points belong to no lineage",
    ]);
    assert.deepEqual(agent.s3.requests, [], "the bucket is not touched");
  });

  it("writes nothing when another host has taken over", async () => {
    setHead({ generation: 2, host: "other" });
    agent.files.set(layout.offsiteStackFile, "stack");
    const error = await failure();
    assert.equal(error.exitCode, exitCodes.superseded);
    assert.deepEqual(agent.offsite.copied, []);
    assert.equal(agent.s3.objects.has(stackFileKey), false);
    assert.equal(record().lastRun.exitCode, exitCodes.superseded);
  });

  it("notices a take-over in the middle of a copy", async () => {
    agent.offsite.beforeCopy = () => {
      setHead({ generation: 2, host: "other" });
      return Promise.resolve();
    };
    assert.equal((await failure()).exitCode, exitCodes.superseded);
  });

  it("stops beside a clone of its machine that has shipped since, and writes nothing more", async () => {
    await shipCommand(agent.context);
    const clone = new Map(agent.files);
    agent.local.list.push(snapshot(4));
    await shipCommand(agent.context);
    const copied = agent.offsite.copied.length;
    for (const [path, text] of clone) agent.files.set(path, text);
    agent.files.set(layout.offsiteStackFile, "stack");
    agent.local.list.push(snapshot(5));
    const error = await failure();
    assert.equal(error.exitCode, exitCodes.superseded);
    assert.match(error.message, /by another machine of the same identity/);
    assert.equal(agent.offsite.copied.length, copied);
    assert.equal(agent.s3.objects.has(stackFileKey), false);
  });

  it("names the newest point in the head, by its number", async () => {
    agent.local.list.push(snapshot(5, "prod-1", 7), snapshot(4, "prod-1", 8));
    const result = await shipCommand(agent.context);
    const head = JSON.parse(agent.s3.objects.get(headKey)?.body ?? "") as Head;
    const id = "20261121T040000Z-0000";
    assert.equal(result.newest?.point, id);
    assert.deepEqual(head.newest, { point: id, instant: "2026-11-21T04:00:00.000Z", sequence: 8 });
    assert.equal(head.sequence, 8);
  });

  it("takes the logs of earlier runs along, and does not fail for them", async () => {
    const name = "20261121T110000Z_prove_34.log";
    agent.files.set(`${layout.runLogs}/${name}`, "what it said\n");
    const logsIn = () => Promise.resolve([name]);
    await ship(agent.context, { waitMs: 0, logsIn });
    const key = "/kaleem-backup/logs/prove/2026-11-21/110000Z-34.log";
    assert.equal(agent.s3.objects.get(key)?.body, "what it said\n");
    assert.equal(agent.files.has(`${layout.runLogs}/${name}`), false);
    const unreadable = () => Promise.reject(new Error("EIO: the folder cannot be read"));
    assert.equal((await ship(agent.context, { waitMs: 0, logsIn: unreadable })).points, 3);
    assert.match(agent.lines.at(-1) ?? "", /logs of runs wait for the next shipping: EIO/);
  });

  it("tells the newest point off-site that was proven here, in head, record and metric", async () => {
    agent.files.set(layout.resticPassword, "Password_0123456789\n");
    assert.equal((await shipCommand(agent.context)).proven, null);
    assert.doesNotMatch(metrics(), /backup_last_proven_point/);
    const [point, instant] = ["20261121T020000Z-0000", "2026-11-21T02:00:00.000Z"];
    const proof = { point, instant, at: instant, ok: true, stores: {}, problems: [] };
    agent.files.set(`${layout.proofs}/${point}.json`, JSON.stringify(proof));
    assert.equal((await shipCommand(agent.context)).proven?.point, point);
    const head = JSON.parse(agent.s3.objects.get(headKey)?.body ?? "") as Head;
    assert.deepEqual(head.proven, { point, instant, sequence: null });
    assert.match(metrics(), /^backup_last_proven_point_timestamp_seconds\{repo="offsite"\} 1795226400$/m);
    const listed = await pointsCommand(agent.context, true);
    assert.deepEqual(listed.newestProven, { local: point, offsite: point });
    agent.files.delete(`${layout.proofs}/${point}.json`);
    const without = await pointsCommand(agent.context, true);
    assert.deepEqual(without.newestProven, { local: point, offsite: point }, "the head still knows it");
  });

  it("says, records and measures a clock that is far from the bucket's", async () => {
    await shipCommand(agent.context);
    assert.deepEqual(
      agent.lines.filter((line) => line.includes("clock")),
      [],
    );
    agent.s3.aheadMs = 3_600_000;
    await shipCommand(agent.context);
    const said =
      /^WARNING: this host's clock is 3(599|600|601) s behind the bucket's: points are dated wrong/;
    assert.match(agent.lines.find((line) => line.includes("clock")) ?? "", said);
    assert.match(
      agent.files.get(`${layout.metrics}/kaleem-clock-bucket.prom`) ?? "",
      /^backup_clock_bucket_ahead_seconds 3(599|600|601)/m,
    );
    assert.ok(Math.abs(((await readClock(agent.context.host)).bucket?.aheadMs ?? 0) - 3_600_000) < 2_000);
  });

  it("fails loudly while off-site is away, keeps what it knew, and catches up", async () => {
    await shipCommand(agent.context);
    agent.s3.refuse = { status: 503, code: "SlowDown" };
    agent.local.list.push(snapshot(4), snapshot(5));
    assert.equal((await failure()).exitCode, exitCodes.offsiteUnreachable);
    assert.equal(record().lastRun.ok, false);
    assert.equal(record().lastSuccess?.result.points, 3);
    assert.match(metrics(), /backup_last_exit_code\{job="ship"\} 13\n/);
    assert.match(
      metrics(),
      /backup_newest_point_timestamp_seconds\{repo="offsite",store="mongo"\} 1795230000\n/,
    );
    agent.s3.refuse = null;
    const result = await shipCommand(agent.context);
    assert.deepEqual(result.shipped, ["20261121T050000Z-0000", "20261121T040000Z-0000"]);
  });

  it("is not ended for taking long, only for standing still, and says then how much was waiting", async () => {
    const asked: RunLimits[] = [];
    agent.offsite.beforeCopy = async (limits) => {
      asked.push(limits);
      await delay(400);
    };
    const config = { ...agent.context.config, shipTimeoutMs: 50 };
    assert.equal((await shipCommand({ ...agent.context, config })).points, 3);
    assert.deepEqual(
      asked.map(({ stallAfterMs }) => stallAfterMs),
      [jobs.ship.stallAfterMs, jobs.ship.stallAfterMs],
    );
    agent.local.list.push(snapshot(4));
    agent.offsite.beforeCopy = () => Promise.reject(new RecoveryError(exitCodes.stalled, "it stands still."));
    const error = await failure();
    assert.equal(error.exitCode, exitCodes.stalled);
    assert.equal(
      error.message,
      "it stands still. (1 point was waiting; what was moved stays, and the next run goes on from there.)",
    );
  });

  it("enters in the index what an interrupted copy had moved, before it copies again", async () => {
    agent.offsite.beforeCopy = () => Promise.reject(new RecoveryError(exitCodes.stalled, "it stands still."));
    await failure();
    assert.deepEqual(agent.offsite.asked, []);
    agent.offsite.beforeCopy = () => {
      assert.deepEqual(agent.offsite.asked, ["repair index"]);
      return Promise.resolve();
    };
    await shipCommand(agent.context);
    await shipCommand(agent.context);
    assert.deepEqual(agent.offsite.asked, ["repair index"], "once");
  });

  it("goes on without when somebody reads off-site meanwhile, and keeps it in mind", async () => {
    agent.offsite.beforeCopy = () => Promise.reject(new RecoveryError(exitCodes.stalled, "it stands still."));
    await failure();
    agent.offsite.beforeCopy = () => Promise.resolve();
    agent.offsite.beforeAsked = () =>
      Promise.reject(new RecoveryError(exitCodes.busy, "it is locked by PID 7"));
    assert.equal((await shipCommand(agent.context)).points, 3);
    agent.offsite.beforeAsked = () => Promise.resolve();
    await shipCommand(agent.context);
    assert.deepEqual(agent.offsite.asked, ["repair index"]);
  });

  it("takes a point that came meanwhile before the older ones, at the pace of the link", async () => {
    agent.local.list.unshift(snapshot(0));
    agent.files.set(
      `${layout.agentState}/uplink.json`,
      JSON.stringify({ bytesPerSecond: 1_000_000, measuredAt: "2026-11-21T00:00:00.000Z" }),
    );
    agent.offsite.beforeCopy = () => {
      if (agent.offsite.copied.length === 0) agent.local.list.push(snapshot(4));
      return Promise.resolve();
    };
    await shipCommand(agent.context);
    assert.deepEqual(agent.offsite.copied, [["s3"], ["s4"], ["s2", "s1", "s0"]]);
    assert.deepEqual(agent.offsite.paces[0], { connections: 1, packMiB: 4 });
  });

  it("ships a point that was taken after its last look, since a start of what runs already comes to nothing", async () => {
    const list = agent.local.snapshots.bind(agent.local);
    let looks = 0;
    agent.local.snapshots = async (lineage) => {
      const found = await list(lineage);
      looks += 1;
      if (looks === 3) taken(4);
      return found;
    };
    const { points, shipped } = await shipCommand(agent.context);
    assert.deepEqual(agent.offsite.copied, [["s3"], ["s2", "s1"], ["s4"]]);
    assert.equal(shipped.length, 4);
    assert.equal(points, 4);
  });

  it("ends although the newest point of the record is not there to be shipped", async () => {
    taken(4);
    agent.local.list.pop();
    assert.equal((await shipCommand(agent.context)).points, 3);
  });

  it("renews the catalogue of points with their sizes, also those that off-site does not tell", async () => {
    await shipCommand(agent.context);
    agent.offsite.list = agent.offsite.list.map((one) => ({ ...one, bytes: null }));
    agent.local.list.push(snapshot(4));
    await shipCommand(agent.context);
    const points = await offsitePoints(agent.context);
    assert.deepEqual(
      points.map(({ id, snapshot: restic, bytes }) => [id.slice(9, 11), restic, bytes]),
      [
        ["01", "copy-of-s1", 1],
        ["02", "copy-of-s2", 1],
        ["03", "copy-of-s3", 1],
        ["04", "copy-of-s4", 1],
      ],
    );
    agent.s3.objects.set(catalogueKey, { body: "not JSON", version: 77 });
    assert.equal((await offsitePoints(agent.context)).length, 4, "restic's list is the fallback");
    assert.match(agent.lines.at(-1) ?? "", /no catalogue of points: asking restic/);
    await shipCommand(agent.context);
    assert.match(agent.s3.objects.get(catalogueKey)?.body ?? "", /"nonce"/);
  });

  it("gives way to a restore in the middle of a copy, but not to a second shipping", async () => {
    let waiting: Promise<unknown> = Promise.resolve();
    agent.offsite.beforeCopy = async () => {
      waiting = agent.context.locks.acquire("offsite", 1_500).then(
        () => assert.fail("it gave way"),
        () => undefined,
      );
      await waiting;
      agent.offsite.beforeCopy = ({ signal }) =>
        new Promise((_, reject) => {
          signal?.addEventListener("abort", () =>
            reject(new RecoveryError(exitCodes.failed, "restic was stopped")),
          );
          waiting = agent.context.locks.acquire("offsite", 10_000, "at-once").then((lock) => lock.release());
        });
    };
    const error = await failure();
    await waiting;
    assert.equal(error.exitCode, exitCodes.busy);
    assert.match(error.message, /^Shipping gave way to a run that must have the off-site repository at once/);
  });

  it("does not bring back what was forgotten off-site on purpose", async () => {
    await shipCommand(agent.context);
    for (const { id } of agent.offsite.list)
      agent.s3.objects.set(`/kaleem-backup/restic/snapshots/${id}`, { body: "", version: 1 });
    await forgetCommand(agent.context, ["--repository", "offsite"]);
    assert.equal(agent.offsite.list.length, 2);
    const result = await shipCommand(agent.context);
    assert.deepEqual(result.shipped, []);
    assert.equal(result.points, 2);
  });

  it("makes an off-site repository that is missing", async () => {
    agent.offsite.there = false;
    await shipCommand(agent.context);
    assert.ok(agent.offsite.there);
    assert.equal(agent.offsite.list.length, 3);
  });

  it("uploads the encrypted stack file, and again only when it changed or is gone", async () => {
    agent.files.set(layout.offsiteStackFile, "stack: 1");
    assert.equal((await shipCommand(agent.context)).stackFile, "uploaded");
    assert.equal((await shipCommand(agent.context)).stackFile, "unchanged");
    agent.files.set(layout.offsiteStackFile, "stack: 2");
    assert.equal((await shipCommand(agent.context)).stackFile, "uploaded");
    assert.equal(agent.s3.objects.get(stackFileKey)?.body, "stack: 2");
    agent.s3.objects.delete(stackFileKey);
    assert.equal((await shipCommand(agent.context)).stackFile, "uploaded");
  });

  it("uploads what is sealed to the recovery kit instead, where there is such, and leaves the former form alone", async () => {
    agent.files.set(layout.offsiteStackFile, "stack: 1");
    await shipCommand(agent.context);
    agent.files.set(layout.sealedStackFile, "sealed 1");
    assert.equal((await shipCommand(agent.context)).stackFile, "uploaded");
    agent.files.delete(layout.offsiteStackFile);
    assert.equal((await shipCommand(agent.context)).stackFile, "unchanged");
    assert.equal((await newestSealedFile(await agent.context.bucket()))?.body, "sealed 1");
    assert.equal(agent.s3.objects.get(stackFileKey)?.body, "stack: 1");
    const kept = `/kaleem-backup/${stackFileVersionKey("sealed 1", "sealed")}`;
    assert.match(kept, /kit\/versions\/[0-9a-f]{32}\.age$/);
    assert.equal(agent.s3.objects.get(kept)?.body, "sealed 1");
    // Back to an earlier content: the note tells, and nothing below kit/ is written twice.
    for (const content of ["sealed 2", "sealed 1"]) {
      agent.files.set(layout.sealedStackFile, content);
      assert.equal((await shipCommand(agent.context)).stackFile, "uploaded");
      assert.equal((await newestSealedFile(await agent.context.bucket()))?.body, content);
    }
    const sealedWrites = agent.s3.requests.filter(
      ({ method, path }) => method === "PUT" && path.endsWith(".age"),
    );
    assert.equal(sealedWrites.length, 2, "each once");
  });

  it("learns of the recovery kit's last check", async () => {
    agent.files.set(
      layout.offsiteCredentials,
      "[default]\naws_access_key_id = ID\naws_secret_access_key = s\n",
    );
    const check = { version: 1, at: "2026-11-20T12:00:00.000Z", keys: "others" };
    agent.s3.objects.set("/kaleem-backup/lineage/kit-check.json", {
      body: JSON.stringify(check),
      version: 1,
    });
    await shipCommand(agent.context);
    assert.match(agent.files.get(`${layout.metrics}/kaleem-kit.prom`) ?? "", /^kaleem_kit_keys_changed 1$/m);
  });

  it("learns of the history of drills", async () => {
    const record = {
      ...{ id: "a", scenario: "total-loss", finishedAt: "2026-11-20T12:00:00.000Z", success: true },
      rto: { seconds: 60 },
    };
    const facts = { version: 1, sequence: 1, previous: null, stack: "prod", nonce: "" };
    const entry = JSON.stringify({ ...facts, appendedAt: record.finishedAt, record });
    const body = JSON.stringify({ version: 1, entry, signature: "" });
    agent.s3.objects.set("/kaleem-backup/drills/000001.json", { body, version: 1 });
    await shipCommand(agent.context);
    assert.match(
      agent.files.get(`${layout.metrics}/kaleem-drills.prom`) ?? "",
      /^kaleem_drill_last_rto_seconds 60$/m,
    );
  });

  it("keeps each stack file under its digest, the one that stood there before too", async () => {
    agent.s3.objects.set(stackFileKey, { body: "stack: 0", version: 9 });
    for (const content of ["stack: 1", "stack: 2", "stack: 1"]) {
      agent.files.set(layout.offsiteStackFile, content);
      await shipCommand(agent.context);
    }
    const kept = [...agent.s3.objects].filter(([key]) => key.includes("/kit/versions/"));
    assert.deepEqual(
      kept.map(([key, { body }]) => [key, body]).sort(),
      ["stack: 0", "stack: 1", "stack: 2"]
        .map((body) => [`/kaleem-backup/${stackFileVersionKey(body)}`, body])
        .sort(),
    );
    const puts = agent.s3.requests.filter(
      ({ method, path }) => method === "PUT" && path.includes("/kit/versions/"),
    );
    assert.equal(puts.length, 3, "each once");
    assert.equal(agent.s3.objects.get(stackFileKey)?.body, "stack: 1");
  });

  it("says where no lock may be which one is the newest, when a lock holds the plain one", async () => {
    agent.s3.locked = (path) => path.includes("/kit/");
    const bucket = await agent.context.bucket();
    for (const content of ["stack: 1", "stack: 2", "stack: 1"]) {
      agent.files.set(layout.offsiteStackFile, content);
      assert.equal((await shipCommand(agent.context)).stackFile, "uploaded");
      assert.equal(await newestStackFile(bucket), content);
    }
    assert.equal((await shipCommand(agent.context)).stackFile, "unchanged");
    assert.equal(agent.s3.objects.get(stackFileKey)?.body, "stack: 1");
    // Without the note, the one that was stored last.
    agent.s3.objects.delete("/kaleem-backup/lineage/stack-file.json");
    agent.s3.storedAt.set(`/kaleem-backup/${stackFileVersionKey("stack: 2")}`, "2026-11-21T12:00:00.000Z");
    assert.equal(await newestStackFile(bucket), "stack: 2");
  });

  it("makes an index that somebody has removed anew, before everything would be sent again", async () => {
    await shipCommand(agent.context);
    for (const path of [...agent.s3.objects.keys()])
      if (path.includes("/restic/index/")) agent.s3.objects.delete(path);
    await shipCommand(agent.context);
    assert.deepEqual(agent.offsite.asked, ["repair index"]);
  });

  it("goes on when the bucket's lock refuses an upload whose answer was lost", async () => {
    let refusals = 2;
    agent.offsite.beforeCopy = () => {
      refusals -= 1;
      return refusals < 0
        ? Promise.resolve()
        : Promise.reject(new RecoveryError(exitCodes.objectLocked, "the bucket's lock refuses it"));
    };
    const { shipped } = await shipCommand(agent.context);
    assert.ok(shipped.length > 0);
    assert.deepEqual(agent.offsite.asked, ["repair index", "repair index"]);
    refusals = 9;
    agent.local.list.push(snapshot(5));
    assert.equal((await failure()).exitCode, exitCodes.objectLocked);
  });

  it("leaves the stack file alone when its password opens no repository", async () => {
    agent.s3.objects.set(stackFileKey, { body: "the one that opens", version: 9 });
    for (const place of ["local", "offsite"] as const) {
      agent.files.set(layout.offsiteStackFile, "of another password");
      agent[place].snapshots = () =>
        Promise.reject(
          new RecoveryError(exitCodes.wrongPassword, `${place}: the repository password is wrong`),
        );
      assert.equal((await failure()).exitCode, exitCodes.wrongPassword);
      assert.equal(agent.s3.objects.get(stackFileKey)?.body, "the one that opens");
      Reflect.deleteProperty(agent[place], "snapshots");
    }
    assert.equal(
      [...agent.s3.objects.keys()].some((key) => key.includes("/kit/versions/")),
      false,
    );
  });

  it("leaves no trace when another shipping is at work, but is not busy for ever", async () => {
    const lock = await agent.context.locks.acquire("offsite");
    for (let run = 1; run < jobs.ship.busyRuns; run += 1) {
      assert.equal((await failure()).exitCode, exitCodes.busy);
      assert.equal(agent.files.has(`${layout.agentState}/ship.json`), false);
    }
    const error = await failure();
    assert.equal(error.exitCode, exitCodes.busy);
    assert.match(
      error.message,
      /^3 runs in a row, since \S+, found another one at work: The offsite lock is held by kaleem-agent point/,
    );
    assert.equal(record().lastRun.exitCode, exitCodes.busy);
    assert.match(metrics(), /backup_last_exit_code\{job="ship"\} 75\n/);
    await lock.release();
    await shipCommand(agent.context);
    assert.equal(agent.files.has(`${layout.agentState}/ship-busy.json`), false);
  });
});
