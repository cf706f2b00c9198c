import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runProgram } from "../../../recovery/host/run-program.ts";
import { CommandError } from "../../../recovery/host/host-port.ts";

describe("runProgram", () => {
  it("gives stdin, takes stdout, and hands over lines as they come", async () => {
    assert.equal((await runProgram(["cat"], { stdin: "text" })).stdout, "text");
    const lines: string[] = [];
    await runProgram(["printf", "one\\ntwo\\n"], { onLine: (line) => lines.push(line) });
    assert.deepEqual(lines, ["one", "two"]);
  });

  it("rejects with the exit code and the last words", async () => {
    await assert.rejects(runProgram(["sh", "-c", "echo broken >&2; exit 7"]), (error: unknown) => {
      assert.ok(error instanceof CommandError);
      assert.equal(error.exitCode, 7);
      assert.equal(error.message, "sh failed with exit code 7: broken");
      return true;
    });
  });

  it("takes the exit codes that it was told to accept", async () => {
    assert.equal((await runProgram(["sh", "-c", "exit 3"], { accept: [0, 3] })).exitCode, 3);
  });

  it("ends a program past its time, grandchildren too", async () => {
    const started = performance.now();
    const marker = `kaleem-grandchild-${process.pid}`;
    await assert.rejects(
      runProgram(["sh", "-c", `sh -c 'sleep 30; : ${marker}' & wait`], { timeoutMs: 200 }),
      /^CommandError: sh was stopped: took longer than 0 s/,
    );
    assert.ok(performance.now() - started < 15_000);
    await assert.rejects(runProgram(["pgrep", "-f", `sleep 30; : ${marker}$`]), /exit code 1/);
  });

  it("ends a program when it is aborted", async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    await assert.rejects(
      runProgram(["sleep", "30"], { signal: abort.signal }),
      /sleep was stopped: was interrupted/,
    );
  });

  it("says which program is missing", async () => {
    await assert.rejects(runProgram(["no-such-program"]), /no-such-program failed with exit code 127/);
  });
});
