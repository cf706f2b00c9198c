import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { test } from "node:test";

const agent = resolve(import.meta.dirname, "../../../recovery/agent/main.ts");

test("a store's child that cannot open its store says why and ends, though its input stays open", async () => {
  const child = spawn(process.execPath, [agent, "store", "mongo"], { stdio: ["pipe", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  // No process has this number, so there are no secrets to read: a task that has just ended. Here there are none of the host's either.
  child.stdin.write(`{"service":"mongo","pid":${2 ** 22 + 1}}\n`);
  const [code] = (await once(child, "close", { signal: AbortSignal.timeout(20_000) })) as [number | null];
  assert.equal(code, 0);
  const answer = JSON.parse(said) as { ok: boolean; error: string };
  assert.equal(answer.ok, false);
  assert.match(answer.error, /ENOENT.*secrets\//);
});
