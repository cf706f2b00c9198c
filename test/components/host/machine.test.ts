import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { BaselineMachine } from "./support/baseline-machine.ts";

const files = (machine: BaselineMachine) =>
  spawnSync("find", [machine.root, "-mindepth", "1", "-not", "-name", "calls", "-printf", "%p %s %T@\n"], {
    encoding: "utf8",
  })
    .stdout.split("\n")
    .sort();

test("a machine that can be the platform's is told from one that cannot, and is not touched for it", () => {
  const machine = new BaselineMachine();
  const before = files(machine);
  assert.deepEqual(machine.step("check"), {
    status: 0,
    stdout: "baseline: machine: debian 13\n",
    stderr: "",
  });
  assert.deepEqual(files(machine), before);
});

test("everything that is wrong is said at once, and nothing is touched", () => {
  const machine = new BaselineMachine();
  machine.release("24.04", "ubuntu");
  machine.program("id", '[ "$1" = -u ] && echo 1000 || echo deploy');
  machine.run(`rm -r '${machine.path("run")}'`);
  machine.write("proc/net/route", "Iface\tDestination\tGateway\ndocker0\t000011AC\t0\nbr-3f\t0\t0\n");
  machine.write("etc/ssh/sshd_config", "Port 22\n# Include /etc/ssh/sshd_config.d/*.conf\n");
  machine.program("restic", "echo restic 0.14.0 compiled with go1.19 on linux/amd64");
  machine.program(
    "ss",
    `case "$*" in *:443*) echo 'LISTEN 0 4096 *:443 *:* users:(("caddy",pid=3,fd=4))';; esac`,
  );
  machine.write("free", "1000000000");
  machine.write("srv/kaleem/old", "");
  const before = files(machine);
  const { status, stderr } = machine.step("check");
  assert.equal(status, 1);
  assert.deepEqual(stderr.trim().split("\n"), [
    "baseline: must run as root, runs as deploy",
    "baseline: needs systemd as the running init; this machine has another one",
    "baseline: needs Debian 12 or 13; this is ubuntu 24.04",
    "baseline: this machine has no IPv4 address beside its loopback; containers speak IPv4 alone, so give it one (IPv6 beside it is fine)",
    "baseline: /etc/ssh/sshd_config does not include /etc/ssh/sshd_config.d/*.conf; put that line at its beginning",
    `baseline: ${machine.path("fake-programs/restic")} is restic 0.14.0, and 0.18.0 or later is needed; set kaleem:host.restic to linux-amd64, and one is brought along`,
    "baseline: port 443 is taken by caddy; the edge needs it",
    "baseline: /srv/kaleem holds files but no data filesystem is mounted there; move them away first",
    "baseline: the disk cannot hold a data volume of 1 GiB and 2.0 GiB beside it, 2.1 GiB are missing; free some, or set dataVolume.sizeGiB lower, or give a device",
    "baseline: nothing was changed",
  ]);
  assert.deepEqual(files(machine), before);
});

test("a machine without Docker, Node and restic is fine, save where its distribution's restic is known to be too old", () => {
  const machine = new BaselineMachine();
  machine.missing("node", "restic", "nft", "ss");
  assert.equal(machine.step("check").status, 0);
  machine.release("12");
  assert.equal(machine.step("check").status, 0);
  machine.program("apt-cache", "echo '  Candidate: 0.14.0-1+b5'");
  assert.match(
    machine.step("check").stderr,
    /distribution has restic 0\.14\.0, and 0\.18\.0 or later is needed/,
  );
  assert.equal(
    machine.step("check", "--restic", "/home/x/.kaleem-restic", "--restic-sha256", "ab").status,
    0,
  );
});

test("another SSH server than OpenSSH's is said, since its settings would not be ours", () => {
  const machine = new BaselineMachine();
  machine.missing("sshd");
  assert.match(machine.step("check").stderr, /the SSH server of this machine is not OpenSSH's sshd/);
});

test("the edge itself may hold its ports, and another container's name is told", () => {
  const machine = new BaselineMachine();
  machine.program("ss", `echo 'LISTEN 0 4096 *:80 *:* users:(("docker-proxy",pid=3,fd=4))'`);
  machine.program("docker", "[ $1 = ps ] && echo 'nginx.1.abc nginx'");
  assert.equal(machine.step("check").status, 0);
  machine.program("docker", "[ $1 = ps ] && echo 'traefik '");
  assert.match(machine.step("check").stderr, /port 80 is taken by traefik; the edge needs it/);
});

test("wrong use says how to use it", () => {
  const machine = new BaselineMachine();
  assert.match(machine.run("x() { :; }").stderr, /^$/);
  machine.options = ["--data-root", "/srv/kaleem"];
  const { status, stderr } = machine.step("check");
  assert.equal(status, 2);
  assert.match(stderr, /needs --data-root, --lineage, --fence, and --device or --loop-file/);
});
