import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runProgram } from "../../../recovery/host/run-program.ts";
import { StoppedError } from "../../../recovery/agent/stopped-error.ts";
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
      /^StoppedError: sh was stopped: took longer than 0 s/,
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

  it("ends what stands still, not what works for longer, and asks it to before it kills it", async () => {
    const stopWith = { signal: "SIGINT", graceMs: 500 } as const;
    const works =
      "const end = Date.now() + 4000; setInterval(() => { require('fs').readFileSync('/proc/self/exe'); if (Date.now() > end) process.exit(0); }, 500)";
    await runProgram([process.execPath, "-e", works], { stallAfterMs: 2_000 });
    const tidy = 'trap "echo tidied >&2; exit 130" INT; sleep 60 & wait';
    await assert.rejects(
      runProgram(["bash", "-c", tidy], { stallAfterMs: 1_500, stopWith }),
      (error: unknown) => {
        assert.ok(error instanceof StoppedError);
        assert.equal(error.reason, "stalled");
        assert.match(error.stderr, /^moved nothing for \d s\ntidied/);
        return true;
      },
    );
    const deaf = 'trap "" INT TERM; exec sleep 60';
    const started = performance.now();
    await assert.rejects(
      runProgram(["bash", "-c", deaf], { stallAfterMs: 1_500, stopWith }),
      /moved nothing for/,
    );
    assert.ok(performance.now() - started < 8_000);
  });

  it("ends what says itself that it is of no use", async () => {
    const isHopeless = (stderr: string): boolean => stderr.split("denied").length > 2;
    const program = "while :; do echo denied >&2; sleep 0.1; done";
    await assert.rejects(runProgram(["sh", "-c", program], { isHopeless }), (error: unknown) => {
      assert.ok(error instanceof StoppedError);
      assert.equal(error.reason, "hopeless");
      return true;
    });
  });

  it("says which program is missing", async () => {
    await assert.rejects(runProgram(["no-such-program"]), /no-such-program failed with exit code 127/);
  });
});
