import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import test from "node:test";
import { BaselineMachine } from "./support/baseline-machine.ts";

const program = (version: string) =>
  `#!/bin/sh\necho "restic ${version} compiled with go1.25 on linux/amd64"\n`;
const digest = (text: string) => createHash("sha256").update(text).digest("hex");

function bring(machine: BaselineMachine, content: string, sha256 = digest(content)) {
  machine.write("home/deploy/.kaleem-restic", content);
  return machine.functions("install_restic", [
    ...machine.options,
    ...["--restic", machine.path("home/deploy/.kaleem-restic"), "--restic-sha256", sha256],
  ]);
}

function oldMachine(): BaselineMachine {
  const machine = new BaselineMachine();
  machine.program("restic", "echo restic 0.14.0 compiled with go1.19 on linux/amd64");
  // Before /usr/bin in every PATH of a real machine.
  machine.missing("hash");
  return machine;
}

const target = "usr/local/bin/restic";

test("the distribution's restic is taken where it is new enough", () => {
  const machine = new BaselineMachine();
  for (const version of ["0.18.0", "0.18.1", "0.19.0", "1.0.0"]) {
    machine.program("restic", `echo restic ${version} compiled with go1.24 on linux/amd64`);
    assert.match(machine.functions("install_restic").stdout, new RegExp(`restic: ${version} `));
  }
});

test("an older one, or one that says no version, is refused by what it is", () => {
  const machine = oldMachine();
  assert.match(
    machine.functions("install_restic").stderr,
    /is restic 0\.14\.0, and 0\.18\.0 or later is needed/,
  );
  machine.program("restic", "exit 1");
  assert.equal(machine.functions("install_restic").status, 1);
  machine.missing("restic");
  assert.match(machine.functions("install_restic").stderr, /restic is missing/);
});

test("one that was brought along takes its place only with the very bytes that are pinned", () => {
  const machine = oldMachine();
  const wrong = bring(machine, program("0.18.1"), digest("something else"));
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /does not have the SHA-256 [0-9a-f]{64}; nothing was changed/);
  assert.ok(!machine.has(target));
  bring(machine, program("0.18.1"));
  assert.equal(machine.read(target), program("0.18.1"));
  assert.ok(!machine.has("home/deploy/.kaleem-restic"), "the copy is gone");
  assert.deepEqual(readdirSync(machine.path("usr/local/bin")), ["restic"]);
});

test("a pinned one that is too old, or does not run here, leaves the former one in place", () => {
  const machine = oldMachine();
  bring(machine, program("0.18.1"));
  for (const [content, what] of [
    [program("0.17.3"), /is restic 0\.17\.3, and 0\.18\.0 or later is needed; nothing was changed/],
    ["\u007fELF of another machine", /restic that does not run on this machine, .* nothing was changed/],
  ] as const) {
    const run = bring(machine, content);
    assert.equal(run.status, 1);
    assert.match(run.stderr, what);
    assert.equal(machine.read(target), program("0.18.1"));
  }
});

test("the pinned one that is there already is not placed again, even where the copy is missing", () => {
  const machine = oldMachine();
  bring(machine, program("0.18.1"));
  const { stderr } = machine.functions("place_restic; echo kept", [
    ...machine.options,
    ...["--restic", machine.path("nowhere"), "--restic-sha256", digest(program("0.18.1"))],
  ]);
  assert.equal(stderr, "");
});
