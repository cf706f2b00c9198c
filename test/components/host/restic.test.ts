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

const target = "usr/local/lib/kaleem/restic";
const advice = "set kaleem:host.restic to linux-amd64, and one is brought along";
/** What `apt-cache policy restic` says, as Debian 12 and 13 have it. */
const offers = (version: string) =>
  `echo "restic:"; echo "  Installed: (none)"; echo "  Candidate: ${version}"`;

test("the distribution's restic is taken where it is new enough", () => {
  const machine = new BaselineMachine();
  for (const version of ["0.18.0", "0.18.1", "0.19.0", "1.0.0"]) {
    machine.program("restic", `echo restic ${version} compiled with go1.24 on linux/amd64`);
    assert.match(
      machine.functions("install_restic").stdout,
      new RegExp(`restic: ${version}, the distribution's `),
    );
  }
});

test("where the distribution's is new enough, one that came along is not used, nor one of before kept", () => {
  const machine = oldMachine();
  bring(machine, program("0.18.1"));
  assert.ok(machine.has(target));
  machine.program("restic", "echo restic 0.19.0 compiled with go1.25 on linux/amd64");
  assert.match(bring(machine, program("0.18.1")).stdout, /restic: 0\.19\.0, the distribution's/);
  assert.ok(!machine.has(target) && !machine.has(`${target}.sha256`));
  assert.ok(!machine.has("home/deploy/.kaleem-restic"));
});

test("whether the distribution's will do is asked of its package lists, not of its name", () => {
  const machine = new BaselineMachine();
  machine.missing("restic");
  const problems = () => machine.functions("restic_problems").stdout;
  assert.equal(problems(), "", "no lists yet: they are looked at once they are there");
  for (const [offered, expected] of [
    [
      "0.14.0-1+b5",
      `this machine's distribution has restic 0.14.0, and 0.18.0 or later is needed; ${advice}\n`,
    ],
    ["0.18.0-1+b4", ""],
    [
      "1:0.17.3-1",
      `this machine's distribution has restic 0.17.3, and 0.18.0 or later is needed; ${advice}\n`,
    ],
    ["(none)", ""],
  ] as const) {
    machine.program("apt-cache", offers(offered));
    assert.equal(problems(), expected, offered);
  }
  machine.program("uname", "echo aarch64");
  machine.program("apt-cache", offers("0.14.0-1"));
  assert.match(problems(), /set kaleem:host\.restic to linux-arm64/);
});

test("an older one, or one that says no version, is refused by what it is", () => {
  const machine = oldMachine();
  assert.match(
    machine.functions("install_restic").stderr,
    /is restic 0\.14\.0, and 0\.18\.0 or later is needed; set kaleem:host\.restic to linux-amd64/,
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
  const placed = bring(machine, program("0.18.1"));
  assert.match(placed.stdout, /restic: 0\.18\.1, brought along \(.*\/usr\/local\/lib\/kaleem\/restic\)/);
  assert.equal(machine.read(target), program("0.18.1"));
  assert.equal(machine.read(`${target}.sha256`), `${digest(program("0.18.1"))}  ${machine.path(target)}\n`);
  assert.ok(!machine.has("home/deploy/.kaleem-restic"), "the copy is gone");
  assert.deepEqual(readdirSync(machine.path("usr/local/lib/kaleem")), ["restic", "restic.sha256"]);
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
