import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { bundleAgent } from "../../../components/agent/bundle.ts";
import { exitCodes } from "../../../contract/exit-codes.ts";

let folder: string;
let file: string;
let text: string;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kaleem-bundle-"));
  file = join(folder, "agent.mjs");
  text = await bundleAgent();
  writeFileSync(file, text);
});
after(() => rmSync(folder, { recursive: true, force: true }));

function agent(...args: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], { encoding: "utf8" });
  return { code: status, stdout, stderr };
}

describe("the agent's bundle", () => {
  it("is under 1.3 MB, and equal for equal sources", async () => {
    // Beyond 1.15 MB since it ships and replays the oplog, dumps stores, and restores one alone.
    assert.ok(Buffer.byteLength(text) < 1_300_000, `${Buffer.byteLength(text)} bytes`);
    assert.equal(await bundleAgent(), text);
  });

  it("runs by itself, lists its commands and exit codes", () => {
    const { code, stdout } = agent("--help");
    assert.equal(code, 0);
    assert.match(stdout, /^ {2}setup-stores /m);
    assert.match(stdout, /20 superseded/);
  });

  it("refuses what it does not know, and more arguments than it wants", () => {
    const unknown = agent("backup");
    assert.equal(unknown.code, exitCodes.usage);
    assert.equal(unknown.stderr, "kaleem-agent: There is no command backup: see kaleem-agent --help.\n");
    assert.equal(agent().code, exitCodes.usage);
  });
});
