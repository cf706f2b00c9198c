import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { exitCodes } from "../../../contract/exit-codes.ts";
import { withOperationLock } from "../../../operator/deploy/operation-lock.ts";
import { swarmTarget } from "../../toolchain/providers/docker/swarm-target.ts";

const target = () => swarmTarget().target;
const refused =
  /^another operation is under way on \S+: restore by \S+@\S+ \(pid \d+\), since \d{4}-\S+Z\. Wait until it is done\.$/;

test("a second operation is refused, by who holds the host and since when, and runs once the first has ended", async () => {
  await withOperationLock(target(), "restore", async () => {
    await assert.rejects(
      withOperationLock(target(), "up", () => Promise.resolve("never")),
      {
        exitCode: exitCodes.busy,
        message: refused,
      },
    );
  });
  assert.equal(await withOperationLock(target(), "up", () => Promise.resolve("done")), "done");
});

test("an operation that fails lets the host go", async () => {
  await assert.rejects(
    withOperationLock(target(), "up", () => Promise.reject(new Error("its own words"))),
    /^Error: its own words$/,
  );
  assert.equal(await withOperationLock(target(), "up", () => Promise.resolve("done")), "done");
});

test("an operator's command that was killed leaves no lock", async (t) => {
  const module = new URL("../../../operator/deploy/operation-lock.ts", import.meta.url).href;
  const script = `const { withOperationLock } = await import(${JSON.stringify(module)});
    await withOperationLock(${JSON.stringify(target())}, "restore", async () => {
      process.stdout.write("locked");
      setInterval(() => undefined, 1000);
      await new Promise(() => undefined);
    });`;
  const holder = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => holder.kill("SIGKILL"));
  await once(holder.stdout, "data");
  await assert.rejects(
    withOperationLock(target(), "up", () => Promise.resolve("never")),
    { message: refused },
  );
  const ended = once(holder, "exit");
  holder.kill("SIGKILL");
  await ended;
  const deadline = Date.now() + 60_000;
  for (;;) {
    const again = withOperationLock(target(), "up", () => Promise.resolve("done"));
    const end = await again.catch((error: unknown) => error);
    if (end === "done") return;
    assert.ok(Date.now() < deadline, `still locked: ${String(end)}`);
    await delay(500);
  }
});
