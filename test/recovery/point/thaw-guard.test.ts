import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startThawGuard } from "../../../recovery/point/thaw-guard.ts";

let folder = "";
before(async () => void (folder = await mkdtemp(join(tmpdir(), "kaleem-guard-"))));
after(() => rm(folder, { recursive: true }));

const guardModule = resolve(import.meta.dirname, "../../../recovery/point/thaw-guard.ts");

test("a guard that is dismissed thaws nothing", async () => {
  const mark = join(folder, "dismissed");
  const guard = await startThawGuard(["touch", mark]);
  await guard.dismiss();
  assert.equal(existsSync(mark), false);
});

test("a guard thaws when the process that paused is killed, though signals reach its group", async () => {
  const mark = join(folder, "killed");
  const holder = `const { startThawGuard } = await import(${JSON.stringify(guardModule)});
await startThawGuard(["touch", ${JSON.stringify(mark)}]); console.log("guarded"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", holder], {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  process.kill(-(child.pid ?? assert.fail("no child")), "SIGKILL");
  for (const deadline = Date.now() + 5000; !existsSync(mark) && Date.now() < deadline;) await delay(20);
  assert.ok(existsSync(mark));
});
