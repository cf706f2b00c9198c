import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { spawn } from "node:child_process";
import { Restic } from "../../../recovery/restic/restic.ts";
import { uploadPace } from "../../../recovery/restic/upload-pace.ts";
import { TestS3 } from "./test-s3.ts";

const MiB = 1024 * 1024;
/** 16 Mbit/s. */
const rate = 2_000_000;
const dataBytes = 32 * MiB;
const killEveryMs = 8_000;

let folder: string;
let s3: TestS3;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kaleem-interrupted-"));
  s3 = await TestS3.start();
  writeFileSync(join(folder, "password"), "test-password");
  const keys = "[default]\naws_access_key_id = ID\naws_secret_access_key = secret\n";
  writeFileSync(join(folder, "keys"), keys);
  mkdirSync(join(folder, "data"));
  for (let index = 0; index < 8; index += 1)
    writeFileSync(join(folder, "data", `file-${index}`), randomBytes(dataBytes / 8));
});
after(async () => {
  await s3.stop();
  rmSync(folder, { recursive: true, force: true });
});

function restics(): { readonly local: Restic; readonly offsite: Restic } {
  const passwordFile = join(folder, "password");
  const cache = join(folder, "cache");
  return {
    local: new Restic({ url: join(folder, "local"), passwordFile }, null, cache),
    offsite: new Restic(
      {
        url: `s3:${s3.endpoint}/${s3.bucket}/restic`,
        passwordFile,
        credentialsFile: join(folder, "keys"),
        region: "auto",
      },
      null,
      cache,
    ),
  };
}

/** A copy in a process of its own, killed so long after it began to move data: SIGKILL takes the agent as it takes restic. */
async function copyFor(ms: number, snapshot: string): Promise<boolean> {
  const program = `
    import { Restic } from ${JSON.stringify(new URL("../../../recovery/restic/restic.ts", import.meta.url).href)};
    const [local, offsite, snapshot, pace] = JSON.parse(process.argv[1]);
    const at = (repository) => new Restic(repository, null, ${JSON.stringify(join(folder, "cache"))});
    await at(offsite).copyFrom(at(local), [snapshot], {}, pace);`;
  const { local, offsite } = restics();
  const told = JSON.stringify([local.repository, offsite.repository, snapshot, uploadPace(rate)]);
  const argv = ["--input-type=module", "-e", program, told];
  const child = spawn(process.execPath, argv, { stdio: "inherit" });
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const kill = async (): Promise<"killed"> => {
    // How long restic takes until it moves the first byte is this machine's affair.
    const first = s3.received + 256 * 1024;
    while (s3.received < first) await delay(20);
    await delay(ms);
    return "killed";
  };
  const code = await Promise.race([ended, kill()]);
  if (code !== "killed") {
    assert.equal(code, 0);
    return true;
  }
  const agent = child.pid ?? 0;
  const below = readFileSync(`/proc/${agent}/task/${agent}/children`, "utf8").trim().split(" ");
  process.kill(agent, "SIGKILL");
  for (const restic of below.filter((pid) => pid !== "")) process.kill(Number(restic), "SIGKILL");
  await ended;
  // restic takes a process that is not reaped yet for one that lives.
  while (below.some((pid) => pid !== "" && existsSync(`/proc/${pid}`))) await delay(50);
  return false;
}

describe("a copy over a slow link that is killed again and again", () => {
  it("converges, keeping what each run has moved but for its last pieces", async (context) => {
    const { local, offsite } = restics();
    await local.init();
    const { snapshot } = await local.backup(join(folder, "data"), "prod-1", ["point:a"]);
    await offsite.init(local);
    s3.uploadRate = rate;
    const kept: number[] = [];
    const started = performance.now();
    for (let run = 1; ; run += 1) {
      assert.ok(run <= 9, `not there after ${run} runs: ${kept.join(" ")}`);
      const before = { received: s3.received, packs: s3.stored("restic/data/") };
      const done = await copyFor(killEveryMs, snapshot);
      if (done) break;
      kept.push((s3.stored("restic/data/") - before.packs) / (s3.received - before.received));
      await offsite.repairIndex();
    }
    context.diagnostic(
      `${dataBytes / MiB} MiB at ${(rate * 8) / 1e6} Mbit/s, killed every ${killEveryMs / 1000} s: there after ${kept.length + 1} runs and ` +
        `${((performance.now() - started) / 1000).toFixed(1)} s; kept of what was moved: ${kept.map((part) => `${Math.round(part * 100)} %`).join(", ")}; ` +
        `${(s3.stored("restic/") / dataBytes).toFixed(3)} of the useful bytes are stored, ${(s3.received / dataBytes).toFixed(2)} were sent`,
    );
    assert.ok(kept.length >= 2, "it was killed at least twice");
    // The share itself is a figure for the benchmark: on a busy machine a run has no time for what it would keep.
    for (const part of kept) assert.ok(part > 0, kept.join(" "));
    assert.ok(s3.stored("restic/data/") <= 1.1 * dataBytes);
    assert.equal((await offsite.snapshots("prod-1")).length, 1);
    s3.uploadRate = Infinity;
    await offsite.check("1/1");
  });
});
