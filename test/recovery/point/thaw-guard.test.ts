import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
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

/** A process that has started a guard, and then runs a statement with it. */
async function holder(thaw: readonly string[], journal: string, then: string) {
  const script = `const { startThawGuard } = await import(${JSON.stringify(guardModule)});
const guard = await startThawGuard(${JSON.stringify(thaw)}, { journal: ${JSON.stringify(journal)}, pauseSeconds: 0.1, tries: 100 });
console.log("guarded"); ${then}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return child;
}

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 5000; !holds() && Date.now() < deadline;) await delay(20);
  assert.ok(holds());
}

test("a guard that is dismissed thaws nothing", async () => {
  const mark = join(folder, "dismissed");
  const guard = await startThawGuard(["touch", mark], { journal: join(folder, "none") });
  await guard.dismiss();
  assert.equal(existsSync(mark), false);
});

test("a guard thaws when the process that paused is killed, though signals reach its group", async () => {
  const mark = join(folder, "killed");
  const child = await holder(["touch", mark], join(folder, "none"), "setInterval(() => {}, 1000);");
  process.kill(-(child.pid ?? assert.fail("no child")), "SIGKILL");
  await until(() => existsSync(mark));
});

test("a guard tries again until nothing is listed as paused, whatever the program's exit code says", async () => {
  const [journal, tries] = [join(folder, "paused"), join(folder, "tries")];
  writeFileSync(journal, "c1\n");
  // Refused first; then the owner looks alive, so nothing is done; then it works.
  const thaw = `echo try >>${tries}; case $(wc -l <${tries}) in 1) exit 1;; 2) exit 0;; *) rm ${journal};; esac`;
  const child = await holder(["sh", "-c", thaw], journal, "setInterval(() => {}, 1000);");
  child.kill("SIGKILL");
  await until(() => !existsSync(journal));
  await delay(300);
  assert.equal(readFileSync(tries, "utf8"), "try\n".repeat(3), "and stops then");
});

test("a guard that is left behind keeps nobody from ending, and thaws then", async () => {
  const [journal, mark] = [join(folder, "left"), join(folder, "left-thawed")];
  writeFileSync(journal, "c1\n");
  const child = await holder(["sh", "-c", `rm ${journal}; touch ${mark}`], journal, "guard.leave();");
  const [code] = (await once(child, "exit", { signal: AbortSignal.timeout(5000) })) as [number];
  assert.equal(code, 0);
  await until(() => existsSync(mark));
});
