import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { actionlintArguments, bringActionlint } from "../../toolchain/actionlint/bring-actionlint.ts";
import { repositoryRoot } from "../../workstation/repository.ts";
import { runCommand } from "../../workstation/run-command.ts";

test("actionlint has nothing to say of the workflows, and would have", async () => {
  const actionlint = await bringActionlint();
  const own = await runCommand(actionlintArguments(actionlint), { cwd: repositoryRoot });
  assert.equal(own.stdout + own.stderr, "");
  assert.equal(own.code, 0);

  const folder = mkdtempSync(join(tmpdir(), "kaleem-actionlint-"));
  try {
    mkdirSync(join(folder, ".github", "workflows"), { recursive: true });
    const wrong =
      "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    needs: b\n    steps:\n      - run: echo $X\n";
    writeFileSync(join(folder, ".github", "workflows", "x.yml"), wrong);
    await runCommand(["git", "init", "--quiet"], { cwd: folder });
    const found = await runCommand(actionlintArguments(actionlint), { cwd: folder });
    assert.equal(found.code, 1);
    assert.match(found.stdout, /needs job "b"/);
    assert.match(found.stdout, /shellcheck reported issue.*SC2086/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
