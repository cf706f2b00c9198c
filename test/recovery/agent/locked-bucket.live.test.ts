import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { bucketLayout, layout, lockedPrefixes } from "../../../contract/layout.ts";
import { renderOffsiteCredentials } from "../../../contract/offsite-credentials.ts";
import { checkCommand, forgetCommand, pruneCommand } from "../../../recovery/agent/commands/maintenance.ts";
import type { AgentContext } from "../../../recovery/agent/context.ts";
import { offsitePoints } from "../../../recovery/agent/offsite-points.ts";
import { shipPoints } from "../../../recovery/agent/points/ship-points.ts";
import { addResticKey, retireResticKey } from "../../../recovery/agent/restic-keys.ts";
import { withIndex } from "../../../recovery/agent/restore/with-index.ts";
import { Bucket } from "../../../recovery/lineage/bucket.ts";
import { HeadStore } from "../../../recovery/lineage/head-store.ts";
import { tagsOf } from "../../../recovery/point/point-tags.ts";
import { Restic } from "../../../recovery/restic/restic.ts";
import { TestS3 } from "../restic/test-s3.ts";
import { agentFixture, machineId, type AgentFixture } from "./agent-fixture.ts";

/*
 * The agent's own jobs and the real restic against a bucket that is locked as R2 locks one: what is below the locked prefixes may be
 * neither removed nor overwritten for a time, by whatever key.
 */
const own = { lineage: "prod-1", generation: 1, host: machineId };
const day = 24 * 3_600_000;
const keys = { accessKeyId: "ID", secretAccessKey: "secret" };

let folder: string;
let s3: TestS3;
let fixture: AgentFixture;
let context: AgentContext;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "kaleem-locked-"));
  s3 = await TestS3.start({ keys });
  s3.lock = { prefixes: lockedPrefixes, forMs: 14 * day };
  s3.pageSize = 3;
  fixture = await agentFixture();
  writeFileSync(join(folder, "password"), "test-password");
  writeFileSync(join(folder, "keys"), renderOffsiteCredentials(keys));
  const passwordFile = join(folder, "password");
  const cache = join(folder, "cache");
  const location = { endpoint: s3.endpoint, bucket: s3.bucket, prefix: "", region: "auto" };
  const bucket = new Bucket(location, keys);
  const offsite = {
    url: `s3:${s3.endpoint}/${s3.bucket}/${bucketLayout.repository}`,
    passwordFile,
    credentialsFile: join(folder, "keys"),
    region: "auto",
  };
  context = {
    ...fixture.context,
    config: {
      ...fixture.context.config,
      offsiteRetention: { within: "360h", daily: 1, weekly: 1, monthly: 1 },
    },
    host: { ...fixture.context.host, now: () => new Date() },
    local: new Restic({ url: join(folder, "local"), passwordFile }, null, cache),
    offsite: new Restic(offsite, null, cache),
    bucket: () => Promise.resolve(bucket),
    head: () => Promise.resolve(new HeadStore(bucket)),
  };
  fixture.files.set(layout.lineage, JSON.stringify(own));
  fixture.files.set(layout.offsiteStackFile, "stack: 1");
  setHead();
  await context.local.init();
});
afterEach(async () => {
  await fixture.stop();
  await s3.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** As one of before there were nonces, which any host takes for its own. */
function setHead(): void {
  const head = { ...own, stack: "test", parent: null, changedAt: new Date().toISOString() };
  s3.objects.set(bucketLayout.head, Buffer.from(JSON.stringify(head)));
}

/** A point here that was taken so many days ago, of files of which some stay the same. */
function takePoint(daysAgo: number, names: readonly string[]): string {
  const data = join(folder, "data");
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data);
  for (const name of names) writeFileSync(join(data, name), contentOf(name));
  const time = new Date(Date.now() - daysAgo * day);
  const id = `${time.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z-0000`;
  const tags = tagsOf({ id, ...own, instant: time.toISOString(), stores: ["mongo"] });
  const stamp = time.toISOString().slice(0, 19).replace("T", " ");
  const where = ["-r", join(folder, "local"), "--password-file", join(folder, "password")];
  const options = ["--host", own.lineage, "--time", stamp, ...tags.flatMap((tag) => ["--tag", tag])];
  execFileSync("restic", [...where, "backup", "--quiet", ...options, data], {
    env: { ...process.env, TZ: "UTC", RESTIC_CACHE_DIR: join(folder, "cache") },
  });
  return id;
}

const contents = new Map<string, Buffer>();
function contentOf(name: string): Buffer {
  const content = contents.get(name) ?? randomBytes(700_000);
  contents.set(name, content);
  return content;
}

const ship = () => shipPoints(context, { waitMs: 10_000 });
const offsiteArgs = ["--repository", "offsite"];
const forget = () => forgetCommand(context, offsiteArgs);
const prune = () => pruneCommand(context, offsiteArgs);

async function restoredNewest(): Promise<void> {
  const newest = (await offsitePoints(context)).at(-1);
  assert.ok(newest);
  const target = join(folder, "target");
  rmSync(target, { recursive: true, force: true });
  await withIndex(context, "offsite", () => context.offsite.restore(newest.snapshot, target));
  for (const name of ["a", "b", "c"])
    assert.deepEqual(readFileSync(join(target, folder, "data", name)), contentOf(name));
}

async function failure(work: Promise<unknown>): Promise<RecoveryError> {
  const error: unknown = await work.then(
    () => assert.fail("it went well"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RecoveryError, String(error));
  return error;
}

describe("a bucket that is locked", () => {
  it("is shipped to, forgotten and pruned without a failure, and gives back the space once its lock ends", async () => {
    takePoint(400, ["a", "x", "y"]);
    takePoint(399, ["a", "b", "y", "z"]);
    takePoint(0, ["a", "b", "c"]);
    assert.equal((await ship()).shipped.length, 3);
    // What was shipped late is older than its record: the lock holds it still.
    assert.deepEqual(await forget(), { forgotten: 0, points: 3, held: 2 });
    s3.age(15 * day);
    // The records may go now; the packs are under a rule that holds for longer than we were told.
    s3.lock = { prefixes: ["restic/data/"], forMs: 30 * day };
    assert.deepEqual(await forget(), { forgotten: 2, points: 1, held: 0 });
    const before = s3.stored("restic/data/");
    const first = await prune();
    assert.equal(first.waitingFor, "lock");
    assert.ok(first.waiting > 0);
    const again = await prune();
    assert.equal(again.waiting, first.waiting);
    assert.ok(s3.stored("restic/data/") >= before);
    await checkCommand(context, offsiteArgs);
    s3.age(16 * day);
    assert.deepEqual((await prune()).waitingFor, null);
    assert.ok(s3.stored("restic/data/") < before - 2_000_000, "what nothing uses is gone");
    await context.offsite.check("1/1");
    await restoredNewest();
  });

  it("keeps its packs from a key pair that may do anything else, and a restore needs neither index nor head", async () => {
    takePoint(1, ["a", "b"]);
    takePoint(0, ["a", "b", "c"]);
    await ship();
    const bucket = await context.bucket();
    const stolen: string[] = [];
    for (const { key } of await bucket.list("")) {
      const attempt = await bucket.delete(key).then(
        () => "removed",
        (error: unknown) => (error instanceof RecoveryError ? error.exitCode : String(error)),
      );
      if (attempt === "removed") stolen.push(key);
      else assert.equal(attempt, exitCodes.objectLocked, key);
    }
    const kept = (await bucket.list("")).map(({ key }) => key);
    assert.ok(kept.length > 6);
    assert.ok(kept.every((key) => lockedPrefixes.some((prefix) => key.startsWith(prefix))));
    const lost = (start: string): boolean => stolen.some((key) => key.startsWith(start));
    assert.ok(lost("restic/index/") && lost("lineage/head.json") && lost("catalogue/"));
    const error = await failure(bucket.put(kept[0] ?? "", "x", "text/plain", { always: true }));
    assert.equal(error.exitCode, exitCodes.objectLocked);
    rmSync(join(folder, "cache"), { recursive: true, force: true });
    assert.equal(await (await context.head()).read(), null);
    await restoredNewest();
    // A host that still has its lineage ships on, once its head is there again, and sends nothing twice.
    setHead();
    for (const { key } of await bucket.list("restic/index/")) await bucket.delete(key);
    takePoint(0, ["a", "b", "c", "d"]);
    const packs = s3.stored("restic/data/");
    await ship();
    assert.ok(s3.stored("restic/data/") - packs < 1_400_000, "only what is new was sent");
    await context.offsite.check("1/1");
  });

  it("converges when an upload is stored, its answer is lost, and the lock refuses the repetition", async () => {
    takePoint(0, ["a", "b", "c"]);
    let lost = 0;
    s3.storedBut500 = ({ key }) => {
      if (!key.startsWith("restic/data/") || lost > 0) return false;
      lost += 1;
      return true;
    };
    assert.equal((await ship()).shipped.length, 1);
    assert.equal(lost, 1);
    await context.offsite.check("1/1");
    await restoredNewest();
  });

  it("lets a password be changed, and takes the former one away when its lock ends", async () => {
    takePoint(0, ["a", "b", "c"]);
    await ship();
    const files = { state: "/state/restic-key.json", newPassword: join(folder, "password.new") };
    const host = {
      ...context.host,
      run: () => Promise.resolve(""),
      writeFile: async (path: string, content: string, mode: number) => {
        if (path === files.newPassword) writeFileSync(path, content, { mode });
        else await context.host.writeFile(path, content, mode);
      },
      removeFile: (path: string) => context.host.removeFile(path),
    };
    const changing = { ...context, host, files };
    await addResticKey(changing, "the-next-password");
    writeFileSync(join(folder, "password"), "the-next-password");
    const { local, offsite } = await retireResticKey(changing);
    assert.deepEqual([local, offsite], ["removed", "held by the lock"]);
    assert.equal((await context.offsite.keys()).length, 2);
    // The daily prune looks again; its own state is where the agent keeps it.
    fixture.files.set(`${layout.agentState}/restic-key.json`, fixture.files.get(files.state) ?? "");
    await prune();
    assert.equal((await context.offsite.keys()).length, 2);
    s3.age(15 * day);
    await prune();
    assert.equal((await context.offsite.keys()).length, 1);
  });

  it("says it when the lock holds the index too, which must be free", async () => {
    takePoint(400, ["a", "x", "y"]);
    takePoint(0, ["a", "b", "c"]);
    await ship();
    s3.age(15 * day);
    await forget();
    s3.lock = { prefixes: ["restic/"], forMs: 1_000 * day };
    const error = await failure(prune());
    assert.equal(error.exitCode, exitCodes.objectLocked);
    assert.match(
      error.message,
      /lock holds what every run changes: take restic\/index\/ and restic\/locks\/ out/,
    );
  });
});
