import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { silentProgress, terminalProgress, type ProgressOutput } from "../../workstation/progress.ts";

function recorder(isTTY: boolean): ProgressOutput & { text: string } {
  return {
    text: "",
    isTTY,
    columns: 40,
    write(text: string) {
      this.text += text;
    },
  };
}

test("a finished step is one line with its last detail and its seconds", async () => {
  const output = recorder(false);
  const result = await terminalProgress(output).step("engine", (report) => {
    report("building");
    report("built");
    return Promise.resolve(5);
  });
  assert.equal(result, 5);
  assert.match(output.text, /^✓ engine \(built\) \d+\.\d s\n$/);
});

test("a failed step is marked, and its error passes through", async () => {
  const output = recorder(false);
  const step = terminalProgress(output).step("engine", () => Promise.reject(new Error("no Go")));
  await assert.rejects(step, /no Go/);
  assert.match(output.text, /^✗ engine \d+\.\d s\n$/);
});

test("a long step says now and then that it is alive where there is no terminal", async () => {
  const output = recorder(false);
  await terminalProgress(output, 0.05).step("engine", async (report) => {
    report("compiling");
    await sleep(130);
  });
  assert.match(output.text, /^(… engine \(compiling\) \d+\.\d s\n){2}✓ engine/);
});

test("a terminal is redrawn in place, in lines that do not wrap", async () => {
  const output = recorder(true);
  await terminalProgress(output, 10, { TERM: "xterm" }).step("engine", (report) => {
    report("x".repeat(100));
    report("done");
    return Promise.resolve();
  });
  const drawn = output.text.split("\r\u001b[2K").slice(1);
  assert.equal(drawn.length, 4);
  for (const line of drawn) assert.ok(line.length <= 40);
  assert.match(drawn.at(-1) ?? "", /^✓ engine \(done\) \d+\.\d s\n$/);
});

test("a terminal that cannot take a line back is written to as a file is, one line a step", async () => {
  const output = recorder(true);
  await terminalProgress(output, 10, { TERM: "dumb" }).step("engine", (report) => {
    report("built");
    return Promise.resolve();
  });
  assert.match(output.text, /^✓ engine \(built\) \d+\.\d s\n$/);
});

test("silent progress runs the work and gives its result", async () => {
  assert.equal(await silentProgress.step("engine", () => Promise.resolve(7)), 7);
});
