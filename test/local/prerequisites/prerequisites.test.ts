import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ensurePrerequisites } from "../../../local/prerequisites/ensure-prerequisites.ts";
import { stopDaemonWeStarted } from "../../../local/prerequisites/start-daemon.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { fakeMachine, type FakeMachine } from "./fake-machine.ts";

const ensure = (fake: FakeMachine): ReturnType<typeof ensurePrerequisites> =>
  ensurePrerequisites(silentProgress, ["up"], fake.machine);

/** The first apt-get call fails until the lists are refreshed; installing brings what the script says. */
const aptGet = (brings: string): string => `echo "$@" >> $here/apt.log
case "$*" in
*update*) : > $here/updated;;
*install*)
  if [ ! -e $here/updated ]; then echo "E: Unable to locate package" >&2; exit 100; fi
  ${brings};;
esac`;

test("a machine that has everything is left as it is", async () => {
  const fake = fakeMachine();
  fake.touch("answers");
  fake.put("apt-get", `: > $here/apt-was-run`);
  assert.deepEqual(await ensure(fake), { dockerVersion: "99.1", daemonStarted: false, installed: [] });
  assert.equal(existsSync(join(fake.folder, "apt-was-run")), false);
});

test("an installed but silent daemon is started by hand, and stopped again once no container is left", async () => {
  const fake = fakeMachine();
  assert.deepEqual(await ensure(fake), { dockerVersion: "99.1", daemonStarted: true, installed: [] });
  assert.equal((await ensure(fake)).daemonStarted, false);
  fake.touch("container");
  assert.equal(await stopDaemonWeStarted(fake.machine), "containers remain");
  rmSync(join(fake.folder, "container"));
  assert.equal(await stopDaemonWeStarted(fake.machine), "stopped");
  assert.equal(existsSync(join(fake.folder, "answers")), false);
  assert.equal(await stopDaemonWeStarted(fake.machine), "not started by us");
});

test("of two commands at once only one starts the daemon", async () => {
  const fake = fakeMachine();
  const both = await Promise.all([ensure(fake), ensure(fake)]);
  assert.deepEqual(both.map(({ daemonStarted }) => daemonStarted).sort(), [false, true]);
  assert.equal(await stopDaemonWeStarted(fake.machine), "stopped");
});

test("a daemon that somebody else started is never stopped", async () => {
  const fake = fakeMachine();
  fake.touch("answers");
  await ensure(fake);
  assert.equal(await stopDaemonWeStarted(fake.machine), "not started by us");
});

test("where systemd runs the machine it is asked to start the daemon", async () => {
  const fake = fakeMachine({ hasSystemd: true });
  fake.put("systemctl", `echo "$@" > $here/systemctl.log; : > $here/answers`);
  assert.equal((await ensure(fake)).daemonStarted, true);
  assert.equal(readFileSync(join(fake.folder, "systemctl.log"), "utf8"), "start docker\n");
  assert.equal(await stopDaemonWeStarted(fake.machine), "not started by us");
});

test("a daemon that dies at once is reported with the end of its log", async () => {
  const fake = fakeMachine();
  fake.put("dockerd", `echo "failed to mount overlay: operation not permitted"; exit 1`);
  await assert.rejects(
    ensure(fake),
    /the Docker daemon did not start: dockerd ended with 1\nfailed to mount overlay: operation not permitted\nThe whole log: .*dockerd\.log/,
  );
});

test("what is missing is installed in one apt call, with the lists refreshed only when that is needed", async () => {
  const fake = fakeMachine();
  for (const tool of ["mmdebstrap", "docker", "dockerd"]) rmSync(join(fake.folder, tool));
  fake.put("apt-cache", "echo docker-cli");
  fake.put(
    "apt-get",
    aptGet(`for tool in mmdebstrap docker; do
    echo '#!/bin/sh' > $here/$tool
    echo 'echo 99.2' >> $here/$tool
    /bin/chmod +x $here/$tool
  done`),
  );
  assert.deepEqual(await ensure(fake), {
    dockerVersion: "99.2",
    daemonStarted: false,
    installed: ["docker.io", "mmdebstrap"],
  });
  const calls = readFileSync(join(fake.folder, "apt.log"), "utf8").trimEnd().split("\n");
  const install =
    "-q -o DPkg::Lock::Timeout=120 install -y --no-install-recommends docker.io mmdebstrap docker-cli";
  assert.deepEqual(calls, [install, "-q -o DPkg::Lock::Timeout=120 update", install]);
});

test("a package that cannot be installed is reported in apt's words", async () => {
  const fake = fakeMachine();
  rmSync(join(fake.folder, "mmdebstrap"));
  fake.put("apt-get", aptGet(`echo "E: Package 'mmdebstrap' has no installation candidate" >&2; exit 100`));
  await assert.rejects(
    ensure(fake),
    /apt-get install mmdebstrap failed:\nE: Package 'mmdebstrap' has no installation candidate/,
  );
});

test("a package that did not bring its command is not taken for success", async () => {
  const fake = fakeMachine();
  fake.touch("answers");
  rmSync(join(fake.folder, "mmdebstrap"));
  fake.put("apt-get", aptGet(":"));
  await assert.rejects(ensure(fake), /installed, yet not found: mmdebstrap; is PATH complete\? \(/);
});

test("a daemon that refuses the user is a sentence that says how to be let in", async () => {
  const fake = fakeMachine({ isRoot: false });
  fake.touch("denied");
  await assert.rejects(ensure(fake), {
    message:
      'Docker refuses olga ("Got permission denied while trying to connect to the Docker daemon socket at ' +
      'unix:///var/run/docker.sock"). Run: sudo usermod -aG docker olga, then log in again (members of that group are ' +
      "as powerful as root); or run this as root.",
  });
});

test("a user who is not root is told to start the daemon, and nothing is started", async () => {
  const fake = fakeMachine({ isRoot: false });
  await assert.rejects(ensure(fake), {
    message:
      'the Docker daemon is installed but does not answer ("Cannot connect to the Docker daemon at ' +
      'unix:///var/run/docker.sock. Is the docker daemon running?"). Run: sudo systemctl start docker',
  });
  assert.equal(existsSync(join(fake.folder, "answers")), false);
});

test("only what is asked for is installed: what needs no Docker leaves the daemon alone", async () => {
  const fake = fakeMachine();
  rmSync(join(fake.folder, "shellcheck"));
  rmSync(join(fake.folder, "restic"));
  rmSync(join(fake.folder, "docker"));
  fake.touch("updated");
  fake.put("apt-get", aptGet(`echo '#!/bin/sh' > $here/shellcheck; /bin/chmod +x $here/shellcheck`));
  assert.deepEqual(await ensurePrerequisites(silentProgress, ["unit"], fake.machine), {
    dockerVersion: undefined,
    daemonStarted: false,
    installed: ["shellcheck"],
  });
  assert.deepEqual(await ensurePrerequisites(silentProgress, [], fake.machine), {
    dockerVersion: undefined,
    daemonStarted: false,
    installed: [],
  });
});

test("all that is missing for several stages is refused in one sentence where nothing may be installed", async () => {
  const fake = fakeMachine({ isRoot: false });
  fake.touch("answers");
  for (const name of ["restic", "shellcheck", "mkfs.xfs", "usr/sbin/sshd"]) rmSync(join(fake.folder, name));
  fake.put("apt-get", `: > $here/apt-was-run`);
  await assert.rejects(ensurePrerequisites(silentProgress, ["unit", "live", "e2e"], fake.machine), {
    message:
      "missing on this machine: shellcheck (checks the shell scripts), mkfs.xfs (makes the file systems of copies), " +
      "restic (keeps the recovery points), usr/sbin/sshd (is the host that refuses a key, on a loopback port of its own). " +
      "Run: sudo apt-get install -y --no-install-recommends openssh-server restic shellcheck xfsprogs",
  });
  assert.equal(existsSync(join(fake.folder, "apt-was-run")), false);
});

/** What a package's script does: asks the machine's policy whether its service may start. */
const startsSshd = `if [ ! -x $here/usr/sbin/policy-rc.d ] || $here/usr/sbin/policy-rc.d ssh start; then : > $here/sshd-runs; fi
if $here/usr/sbin/policy-rc.d other start; then : > $here/other-runs; fi
: > $here/usr/sbin/sshd`;

test("an SSH server that only tests need is not started by its package, nor by the next boot", async () => {
  const fake = fakeMachine({ hasSystemd: true });
  fake.touch("answers");
  fake.touch("updated");
  rmSync(join(fake.folder, "usr/sbin/sshd"));
  fake.put("apt-get", aptGet(startsSshd));
  fake.put("systemctl", `echo "$@" >> $here/systemctl.log`);
  const { installed } = await ensurePrerequisites(silentProgress, ["live"], fake.machine);
  assert.deepEqual(installed, ["openssh-server"]);
  const there = (name: string): boolean => existsSync(join(fake.folder, name));
  assert.deepEqual(
    [there("sshd-runs"), there("other-runs"), there("usr/sbin/policy-rc.d")],
    [false, true, false],
  );
  assert.equal(
    readFileSync(join(fake.folder, "systemctl.log"), "utf8"),
    "disable --now --quiet ssh.service ssh.socket\n",
  );
});

test("a machine's own policy about services is left as it is", async () => {
  const fake = fakeMachine();
  fake.touch("answers");
  fake.touch("updated");
  rmSync(join(fake.folder, "usr/sbin/sshd"));
  fake.put("usr/sbin/policy-rc.d", "exit 101");
  fake.put("apt-get", aptGet(startsSshd));
  await ensurePrerequisites(silentProgress, ["live"], fake.machine);
  assert.equal(readFileSync(join(fake.folder, "usr/sbin/policy-rc.d"), "utf8"), "#!/bin/sh\nexit 101\n");
  assert.equal(existsSync(join(fake.folder, "sshd-runs")), false);
});
