import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import { baselineScript } from "../../../components/host/host-baseline.ts";
import { BaselineMachine } from "./support/baseline-machine.ts";

/** apt that ends as the lines of `answers` say, one a call, and then well. Time passes at once. */
function machineWithApt(...answers: string[]): BaselineMachine {
  const machine = new BaselineMachine();
  machine.missing("nft");
  machine.write("answers", answers.map((line) => `${line}\n`).join(""));
  machine.program(
    "apt-get",
    `answer=$(head -n 1 $ROOT/answers); sed -i 1d $ROOT/answers
    if [ -n "$answer" ]; then echo "$answer" >&2; exit 100; fi
    case "$*" in *install*) printf '#!/bin/sh\\n' >$ROOT/fake-programs/nft; chmod 755 $ROOT/fake-programs/nft;; esac`,
  );
  machine.program("dpkg");
  machine.program("docker");
  machine.program("dockerd");
  machine.program("sleep", '[ "$1" = 20 ] && exec /bin/sleep 20; exit 0');
  return machine;
}

const aptCalls = (machine: BaselineMachine) =>
  machine
    .calls()
    .flatMap(
      (line) => /^(apt-get|dpkg) .*?(update|install|--configure)/.exec(line)?.slice(1).join(" ") ?? [],
    );

const listsLock = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 417 (apt-get)";
const archivesLock =
  "E: Could not get lock /var/cache/apt/archives/lock. It is held by process 417 (unattended-upgr)";

test("a machine that has every program fetches nothing", () => {
  const machine = machineWithApt();
  machine.program("nft");
  const { status, stdout } = machine.step("packages");
  assert.equal(status, 0);
  assert.match(stdout, /packages: all there/);
  assert.deepEqual(aptCalls(machine), []);
});

test("each lock of another package manager is waited for: the lists', the archives', dpkg's", () => {
  const dpkgLock =
    "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?";
  const machine = machineWithApt(listsLock, listsLock, "", dpkgLock, archivesLock);
  const { status, stdout, stderr } = machine.step("packages");
  assert.equal(stderr, "");
  assert.equal(status, 0);
  assert.match(stdout, /packages: waiting for another package manager to finish/);
  assert.deepEqual(aptCalls(machine), [
    ...["apt-get update", "apt-get update", "apt-get update"],
    ...["apt-get install", "apt-get install", "apt-get install"],
  ]);
});

test("a lock that is never given up ends in a sentence", () => {
  const machine = machineWithApt(...Array.from({ length: 50 }, () => listsLock));
  const script = baselineScript(machine.root).replace(
    "readonly APT_PATIENCE=1200",
    "readonly APT_PATIENCE=0",
  );
  const { status, stderr } = machine.run(script, ["packages", ...machine.options]);
  assert.equal(status, 1);
  assert.match(stderr, /another package manager has held its lock for 0 s; see: ps/);
});

test("an installation that was cut off is finished first", () => {
  const interrupted =
    "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.";
  const machine = machineWithApt("", interrupted);
  assert.equal(machine.step("packages").status, 0);
  assert.deepEqual(aptCalls(machine), [
    "apt-get update",
    "apt-get install",
    "dpkg --configure",
    "apt-get install",
  ]);
});

test("any other failure of apt ends at once, with its last words", () => {
  const machine = machineWithApt("", "E: Unable to locate package nftables");
  const { status, stderr } = machine.step("packages");
  assert.equal(status, 1);
  assert.match(stderr, /E: Unable to locate package nftables\nbaseline: apt-get install failed/);
  assert.deepEqual(aptCalls(machine), ["apt-get update", "apt-get install"]);
});

test("a clock that is wrong and has no service to set it is named as the cause", () => {
  const machine = machineWithApt(
    "E: Release file for http://deb.debian.org/ is not valid yet (invalid for another 6d).",
  );
  const { status, stderr } = machine.step("packages");
  assert.equal(status, 1);
  assert.match(
    stderr,
    /the machine's clock says .* UTC, which the package lists call the past; set it \(date --set\)/,
  );
});

test("the first boot is waited for, and the clock is set, before packages are fetched", () => {
  const machine = machineWithApt();
  machine.program("cloud-init");
  machine.program("timedatectl", "echo yes");
  assert.equal(machine.step("packages").status, 0);
  const order = machine.calls().filter((line) => /^cloud-init|set-ntp|^apt-get/.test(line));
  assert.match(order[0] ?? "", /^cloud-init status --wait/);
  assert.match(order[1] ?? "", /^timedatectl set-ntp true/);
  assert.match(order[2] ?? "", /^apt-get .*update/);
});

test("a first boot that went wrong in parts is said and goes on; one that never ends is not waited for forever", () => {
  const machine = machineWithApt();
  machine.program("cloud-init", "exit 2");
  const went = machine.step("packages");
  assert.equal(went.status, 0);
  assert.match(went.stdout, /cloud-init ended with 2; see: cloud-init status --long/);
  machine.program("timeout", "exit 124");
  assert.match(machine.step("packages").stderr, /the machine's first boot is not finished after 600 s/);
});

test("a time service without an answer is said, and does not stop the rest", () => {
  const machine = machineWithApt();
  machine.program("timedatectl", 'case "$*" in *Synchronized*) echo no;; *) echo yes;; esac');
  const script = baselineScript(machine.root).replace(
    "readonly CLOCK_PATIENCE=60",
    "readonly CLOCK_PATIENCE=0",
  );
  const { status, stdout } = machine.run(script, ["packages", ...machine.options]);
  assert.equal(status, 0);
  assert.match(stdout, /synchronisation is on, but no server has answered in 0 s; the clock says/);
});

test("a program that is silent for long does not leave the connection silent", () => {
  const machine = machineWithApt();
  machine.program("slow", "/bin/sleep 3");
  machine.missing("sleep");
  machine.program("sleep", "exec /bin/sleep 1");
  const { stdout } = machine.functions("quietly slow");
  assert.match(stdout, /baseline: slow is still at work, \d s/);
});

test("a restic that is too old is not installed beside the one that was brought along, and stops everything where none was", () => {
  const machine = machineWithApt();
  machine.missing("restic");
  machine.program("apt-cache", 'case "$1" in policy) echo "  Candidate: 0.14.0-1+b5";; esac');
  const without = machine.step("packages");
  assert.equal(without.status, 1);
  assert.match(without.stderr, /distribution has restic 0\.14\.0, .* set kaleem:host\.restic to linux-amd64/);
  assert.deepEqual(aptCalls(machine), ["apt-get update"], "before anything is installed");

  const content = '#!/bin/sh\necho "restic 0.18.1 compiled with go1.25 on linux/amd64"\n';
  const sha256 = createHash("sha256").update(content).digest("hex");
  machine.write("home/deploy/.kaleem-restic", content);
  const brought = ["--restic", machine.path("home/deploy/.kaleem-restic"), "--restic-sha256", sha256];
  const first = machine.step("packages", ...brought);
  assert.equal(first.status, 0, first.stderr);
  const [install = ""] = machine.calls().filter((line) => /^apt-get .*install/.test(line));
  assert.match(install, / nftables$/);
  const again = machine.step("packages", ...brought);
  assert.match(again.stdout, /packages: all there/);
  assert.deepEqual(aptCalls(machine), [], "nothing is fetched");
});

test("a distribution whose restic is new enough has it installed, whether or not one came along", () => {
  for (const more of [[], ["--restic", "/nowhere", "--restic-sha256", "ab"]]) {
    const machine = machineWithApt();
    machine.missing("restic");
    machine.program("apt-cache", 'case "$1" in policy) echo "  Candidate: 0.18.0-1+b4";; esac');
    machine.step("packages", ...more);
    const [install = ""] = machine.calls().filter((line) => /^apt-get .*install/.test(line));
    assert.match(install, / restic$/);
  }
});
