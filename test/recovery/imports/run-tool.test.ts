import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { runTool } from "../../../recovery/imports/run-tool.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-tool-"));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, "file");
const big = Buffer.alloc(3_000_000, "0123456789");
writeFileSync(file, big);
const signal = new AbortController().signal;
const enter = (): readonly string[] => [];
const sh = (script: string) => ({ argv: ["sh", "-c", script], firstLine: "password: x" });

test("the tool reads the secret's line first, then the file to its last byte", async () => {
  const got = join(folder, "got");
  const lines: string[] = [];
  const call = sh(`IFS= read -r first; echo "$first" >&2; cat > '${got}'; echo done >&2`);
  await runTool({ container: "", call, file, signal, enter, onLine: (line) => lines.push(line) });
  assert.deepEqual(lines, ["password: x", "done"]);
  assert.ok(readFileSync(got).equals(big));
});

test("a tool that gives up before the end of the file is told by its own words, not by a broken pipe", async () => {
  const call = sh("echo 'archive is damaged' >&2; exit 3");
  await assert.rejects(runTool({ container: "", call, file, signal, enter }), {
    name: "CommandError",
    message: "sh failed with exit code 3: archive is damaged",
  });
});

test("a file that cannot be read, and a program that is not there, are failures", async () => {
  const call = sh("cat > /dev/null");
  await assert.rejects(runTool({ container: "", call, file: `${file}-gone`, signal, enter }), /ENOENT/);
  const missing = { argv: ["/nowhere/mongorestore"], firstLine: "" };
  await assert.rejects(runTool({ container: "", call: missing, file, signal, enter }), /ENOENT/);
});

test("it ends when the agent is stopped, by the agent's own reason", async () => {
  const stop = new AbortController();
  // A shell that starts another program: that one keeps the shell's output open.
  const call = sh("sleep 20; true");
  const began = performance.now();
  const running = runTool({ container: "", call, file, signal: stop.signal, enter });
  setTimeout(() => stop.abort(new Error("stopped by SIGTERM")), 200);
  await assert.rejects(running, /stopped by SIGTERM/);
  assert.ok(performance.now() - began < 10_000, "it waited for what the tool had started");
});
