import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, it } from "node:test";

const main = join(import.meta.dirname, "../../../../toolchain/providers/command/main.ts");
/** It takes 0.2 s; this is for a busy machine. */
const startLimitMs = 5_000;

describe("the command provider's process", () => {
  it("says its port before anything else, and ends when the engine interrupts it", async () => {
    const started = Date.now();
    const child = spawn(process.execPath, [main], { stdio: ["pipe", "pipe", "inherit"] });
    const [chunk] = (await once(child.stdout, "data")) as [Buffer];
    assert.match(chunk.toString(), /^\d+\n$/);
    assert(Date.now() - started < startLimitMs);
    child.kill("SIGINT");
    assert.deepEqual(await once(child, "exit"), [0, null]);
  });
});
