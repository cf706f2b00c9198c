import assert from "node:assert/strict";
import test from "node:test";
import { accessScript } from "../../../components/host/host-access.ts";
import { FakeMachine } from "./support/fake-machine.ts";

const sshd = "etc/ssh/sshd_config.d/00-kaleem.conf";
const rules = "etc/kaleem/firewall.nft";
const state = "var/lib/kaleem/access";
/** Client's address and port, then where it came in here. */
const first = "203.0.113.7 50001 198.51.100.1 22";
const second = "203.0.113.7 50002 198.51.100.1 22";

/** A machine whose sshd reads our file, and whose packet filter is a file: what was loaded last. */
class AccessMachine extends FakeMachine {
  constructor() {
    super();
    this.listen("0.0.0.0:22 sshd", "[::]:22 sshd");
    this.program("ss", 'case "$*" in *-ltnp*) cat $ROOT/tcp;; *) [ ! -e $ROOT/udp ] || cat $ROOT/udp;; esac');
    this.write("sshd-ports", "listenaddress 0.0.0.0:22\nlistenaddress [::]:22\n");
    this.program(
      "sshd",
      `if [ "$1" = -t ]; then [ ! -e $ROOT/sshd-broken ]; exit; fi
      cat $ROOT/sshd-ports
      grep -v '^#' $ROOT/${sshd} | tr '[:upper:]' '[:lower:]' | sed 's/prohibit-password/without-password/; /^kex\\|^mac\\|^hostkey/d'
      [ ! -e $ROOT/sshd-overrides ] || cat $ROOT/sshd-overrides`,
    );
    this.program(
      "nft",
      `live=\${NFT_LIVE:-$ROOT/live}
      case "$1" in
        --check) [ ! -e $ROOT/nft-refuses ];;
        --file) cp "$2" $live;;
        --stateless) grep -v '^#' $live;;
        delete) rm $live;;
      esac`,
    );
    this.program("unshare", 'shift; NFT_LIVE=$ROOT/elsewhere "$@"');
    this.program(
      "systemctl",
      `case "$*" in
        'is-active --quiet ssh.socket') [ -e $ROOT/ssh.socket ];;
        'show ssh.socket'*) cat $ROOT/ssh.socket;;
        'restart kaleem-firewall.service') cp $ROOT/${rules} $ROOT/live;;
      esac`,
    );
    this.program("systemd-run");
  }

  listen(...lines: string[]): void {
    const told = lines.map((line) => {
      const [address, program] = line.split(" ");
      return `LISTEN 0 128 ${address} 0.0.0.0:* users:(("${program}",pid=1,fd=3))\n`;
    });
    this.write("tcp", told.join(""));
  }

  access(verb: string, ...args: string[]) {
    return this.run(accessScript(this.root), [verb, ...args]);
  }

  apply(connection = first, ...args: string[]) {
    return this.access("apply", "--connection", connection, ...args);
  }

  confirm(connection = second, ...args: string[]) {
    return this.access("confirm", "--connection", connection, ...args);
  }

  check() {
    const { status, stderr } = this.access("check", "--metrics", this.path("metrics"));
    const metrics = Object.fromEntries(
      this.read("metrics/kaleem-host-access.prom")
        .split("\n")
        .filter((line) => line.startsWith("kaleem_"))
        .map((line) => line.replace("kaleem_host_", "").split(" ")),
    ) as Record<string, string>;
    return { status, stderr, metrics };
  }

  ports(path = rules): string | undefined {
    return /tcp dport \{ (.*) \} accept/.exec(this.read(path))?.[1];
  }
}

function applied(): AccessMachine {
  const machine = new AccessMachine();
  assert.equal(machine.apply().status, 0);
  assert.equal(machine.confirm().status, 0);
  machine.calls();
  return machine;
}

test("sshd and firewall are put into effect with a time after which they are undone, and a new connection keeps them", () => {
  const machine = new AccessMachine();
  const { status, stdout, stderr } = machine.apply();
  assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
  assert.equal(
    stdout,
    "access: in effect, ports 22, 80, 443; undone in 180 s unless a new connection confirms it\n",
  );
  const calls = machine.calls();
  const arms = calls.findIndex((line) => line.startsWith("systemd-run"));
  assert.equal(
    calls[arms],
    "systemd-run --collect --unit=kaleem-access-undo-timer --on-active=180s --timer-property=AccuracySec=1s /usr/local/lib/kaleem/access undo",
  );
  assert.ok(
    arms < calls.indexOf("systemctl restart kaleem-firewall.service"),
    "armed before anything changes",
  );
  assert.ok(calls.indexOf("systemctl enable kaleem-access-undo.service") < arms, "over a restart too");
  assert.ok(machine.has(`${state}/pending`));
  assert.equal(machine.confirm().stdout, "access: confirmed, ports 22, 80, 443\n");
  assert.ok(!machine.has(`${state}/pending`));
  assert.ok(machine.calls().includes("systemctl stop kaleem-access-undo-timer.timer"));
  assert.equal(machine.access("undo").stdout, "", "a timer that still fires finds nothing");
  assert.equal(machine.ports(), "22, 80, 443");
});

test("what is in effect already is not touched again, and needs no confirmation", () => {
  const machine = applied();
  assert.equal(machine.apply().stdout, "access: unchanged, ports 22, 80, 443\n");
  assert.equal(machine.confirm().stdout, "access: nothing to confirm\n");
  assert.ok(!machine.calls().some((line) => /^systemd-run|reload|restart/.test(line)));
});

test("the connection that made a change cannot confirm it, and no connection at all neither", () => {
  const machine = new AccessMachine();
  machine.apply(first);
  const { status, stderr } = machine.confirm(first);
  assert.equal(status, 1);
  assert.match(stderr, /can only be confirmed over a connection that was opened after it/);
  assert.ok(machine.has(`${state}/pending`));
  for (const wrong of ["", "203.0.113.7", "a b c d e"])
    assert.match(machine.confirm(wrong).stderr, /--connection must be \$SSH_CONNECTION, got/);
  assert.equal(machine.access("apply").status, 2);
});

test("unconfirmed, the former files and rules come back, or none where there were none", () => {
  const machine = new AccessMachine();
  machine.apply();
  machine.access("undo");
  assert.ok(!machine.has(sshd) && !machine.has(rules) && !machine.has("live"));
  const changed = applied();
  changed.write(sshd, `${changed.read(sshd)}# of another version\n`);
  changed.write(rules, changed.read(rules).replace("22, 80", "22, 8022, 80"));
  const former = [changed.read(sshd), changed.read(rules)];
  changed.apply();
  assert.notDeepEqual([changed.read(sshd), changed.read(rules)], former);
  const { stdout } = changed.access("undo");
  assert.match(stdout, /the change of sshd and firewall was not confirmed; the former configuration is back/);
  assert.deepEqual([changed.read(sshd), changed.read(rules)], former);
  assert.equal(changed.ports("live"), "22, 8022, 80, 443");
});

test("a restart of the machine undoes too, before sshd and the firewall start", () => {
  const machine = applied();
  machine.write(rules, machine.read(rules).replace("22, 80", "22, 8022, 80"));
  machine.apply();
  machine.calls();
  assert.equal(machine.access("undo", "--before-boot").status, 0);
  assert.equal(machine.ports(), "22, 8022, 80, 443");
  assert.deepEqual(
    machine.calls().filter((line) => /reload|restart|^nft/.test(line)),
    [],
    "nothing runs yet that could be reloaded",
  );
  const unit = machine.read("etc/systemd/system/kaleem-access-undo.service");
  assert.match(unit, /^Before=kaleem-firewall\.service ssh\.service/m);
  assert.match(unit, /^ConditionPathExists=\/var\/lib\/kaleem\/access\/pending$/m);
});

test("what was undone is put into effect once more by the next run, which says so, and the one after keeps it", () => {
  const machine = new AccessMachine();
  machine.apply();
  machine.access("undo");
  const again = machine.confirm();
  assert.equal(again.status, 1);
  assert.match(
    again.stderr,
    /had been undone at \d{4}-.* UTC, since no new connection confirmed it: a run was cut off, or the new rules keep this computer out\. It is in effect again for 180 s; run the same command once more/,
  );
  assert.equal(machine.confirm(first).status, 0);
  assert.equal(machine.ports(), "22, 80, 443");
});

test("a run that comes in after one that was cut off has come in by its rules, and goes on", () => {
  const machine = new AccessMachine();
  machine.apply(first);
  assert.equal(machine.apply(second).stdout, "access: unchanged, ports 22, 80, 443\n");
  assert.ok(!machine.has(`${state}/pending`));
});

test("what sshd or nftables refuses never stays", () => {
  const machine = new AccessMachine();
  machine.write("nft-refuses", "");
  assert.match(machine.apply().stderr, /nftables refuses the new firewall; nothing was changed/);
  assert.ok(!machine.has(sshd));
  const other = new AccessMachine();
  other.write("sshd-broken", "");
  const { status, stderr } = other.apply();
  assert.equal(status, 1);
  assert.match(stderr, /sshd refuses the new configuration; the old one is back/);
  assert.ok(!other.has(sshd) && !other.has(rules) && !other.has(`${state}/pending`));
});

test("what another file overrides is found by its effect, and undone", () => {
  const machine = new AccessMachine();
  machine.write("sshd-overrides", "passwordauthentication yes\nkexalgorithms ecdh-sha2-nistp256\n");
  machine.program("sshd", 'if [ "$1" = -T ]; then cat $ROOT/sshd-ports $ROOT/sshd-overrides; fi');
  const { status, stderr } = machine.apply();
  assert.equal(status, 1);
  assert.match(
    stderr,
    /sshd does not have "passwordauthentication no"; another file in \/etc\/ssh overrides it/,
  );
  assert.match(stderr, /sshd offers weak algorithms/);
  assert.match(stderr, /the former configuration of sshd and firewall is back/);
  assert.ok(!machine.has(sshd));
});

for (const [what, arrange, connection, ports] of [
  [
    "another port",
    (machine: AccessMachine) => {
      machine.write("sshd-ports", "listenaddress 0.0.0.0:2222\nlistenaddress [::]:2222\n");
      machine.listen("0.0.0.0:2222 sshd");
    },
    "203.0.113.7 50001 198.51.100.1 2222",
    "2222, 80, 443",
  ],
  [
    "several, one of them configured and not yet in use",
    (machine: AccessMachine) => {
      machine.write("sshd-ports", "listenaddress 10.0.0.1:2200\nlistenaddress [2001:db8::1]:2201\n");
      machine.listen("0.0.0.0:22 sshd");
    },
    first,
    "22, 2200, 2201, 80, 443",
  ],
  [
    "IPv6 alone, over an address with its zone",
    (machine: AccessMachine) => {
      machine.write("sshd-ports", "listenaddress [::]:24\n");
      machine.listen("[fe80::1%eth0]:24 sshd");
    },
    "2001:db8::7 50001 2001:db8::1 24",
    "24, 80, 443",
  ],
  [
    "a socket of systemd's",
    (machine: AccessMachine) => {
      machine.write("ssh.socket", "[::]:2222 (Stream)\n0.0.0.0:2223 (Stream)\n");
      machine.listen("*:2222 systemd");
    },
    "203.0.113.7 50001 198.51.100.1 2222",
    "2222, 2223, 80, 443",
  ],
  [
    "the loopback's are nobody's outside",
    (machine: AccessMachine) => {
      machine.write(
        "sshd-ports",
        "listenaddress 127.0.0.1:2022\nlistenaddress [::1]:2023\nlistenaddress 0.0.0.0:22\n",
      );
      machine.listen("127.0.0.1:6010 sshd", "[::1]:6010 sshd", "0.0.0.0:22 sshd", "0.0.0.0:5432 postgres");
    },
    first,
    "22, 80, 443",
  ],
] as const)
  test(`the firewall lets through the ports that sshd listens on: ${what}`, () => {
    const machine = new AccessMachine();
    arrange(machine);
    assert.equal(machine.apply(connection).stderr, "");
    assert.equal(machine.ports(), ports);
  });

test("the port by which the program itself came in is open even where nobody else tells of it", () => {
  const machine = new AccessMachine();
  machine.write("sshd-ports", "");
  machine.listen();
  machine.apply("203.0.113.7 50001 198.51.100.1 4444");
  assert.equal(machine.ports(), "4444, 80, 443");
});

test("a machine whose own host key is ECDSA keeps it while the stack pins that one", () => {
  const machine = new AccessMachine();
  machine.apply(first, "--host-key-type", "ecdsa-sha2-nistp256");
  assert.doesNotMatch(machine.read(sshd), /HostKeyAlgorithms/);
  const other = new AccessMachine();
  other.apply(first, "--host-key-type", "ssh-ed25519");
  assert.match(other.read(sshd), /^HostKeyAlgorithms -ecdsa-\*/m);
});

test("both sides of a silent connection send, so that nothing between forgets it", () => {
  const machine = applied();
  assert.match(machine.read(sshd), /^ClientAliveInterval 30$/m);
  assert.match(machine.read(sshd), /^ClientAliveCountMax 4$/m);
});

test("addresses are given by DHCP over either family", () => {
  const machine = applied();
  assert.match(machine.read(rules), /^ +udp sport 67 udp dport 68 accept$/m);
  assert.match(machine.read(rules), /^ +ip6 saddr fe80::\/10 udp sport 547 udp dport 546 accept$/m);
});

test("as it was applied, the check is silent", () => {
  const { status, stderr, metrics } = applied().check();
  assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
  assert.match(metrics["access_checked_timestamp_seconds"] ?? "", /^\d{10}$/);
  delete metrics["access_checked_timestamp_seconds"];
  assert.deepEqual(metrics, {
    firewall_as_wanted: "1",
    sshd_as_wanted: "1",
    unexpected_listeners: "0",
    closed_ssh_ports: "0",
    access_unconfirmed: "0",
  });
});

for (const [what, change, metric, value, sentence] of [
  [
    "a filter that was flushed",
    (m: AccessMachine) => m.run(`rm '${m.path("live")}'`),
    "firewall_as_wanted",
    "0",
    /the firewall is not loaded/,
  ],
  [
    "a port that was opened in the filter",
    (m: AccessMachine) => m.write("live", m.read("live").replace("22, 80", "22, 5432, 80")),
    "firewall_as_wanted",
    "0",
    /the firewall is not the one that was applied: .*5432/,
  ],
  [
    "a port that was opened in the file and loaded from it",
    (m: AccessMachine) => {
      m.write(rules, m.read(rules).replace("22, 80", "22, 5432, 80"));
      m.write("live", m.read(rules));
    },
    "firewall_as_wanted",
    "0",
    /the firewall is not the one that was applied/,
  ],
  [
    "something that began to listen",
    (m: AccessMachine) => m.listen("0.0.0.0:22 sshd", "[::]:22 sshd", "0.0.0.0:6379 redis-server"),
    "unexpected_listeners",
    "1",
    /listens since access was applied: tcp\/6379 0\.0\.0\.0 redis-server/,
  ],
  [
    "the same over UDP",
    (m: AccessMachine) => m.write("udp", 'UNCONN 0 0 0.0.0.0:53 0.0.0.0:* users:(("dnsmasq",pid=1,fd=3))\n'),
    "unexpected_listeners",
    "1",
    /udp\/53 0\.0\.0\.0 dnsmasq/,
  ],
  [
    "an sshd that was moved",
    (m: AccessMachine) => {
      m.write("sshd-ports", "listenaddress 0.0.0.0:2222\n");
      m.listen("0.0.0.0:2222 sshd");
    },
    "closed_ssh_ports",
    "1",
    /sshd listens behind the firewall, on port 2222/,
  ],
  [
    "a setting of sshd's that was changed",
    (m: AccessMachine) => m.write(sshd, m.read(sshd).replace("MaxAuthTries 3", "MaxAuthTries 30")),
    "sshd_as_wanted",
    "0",
    /00-kaleem\.conf is not the one that was applied/,
  ],
] as const)
  test(`the check notices ${what}`, () => {
    const machine = applied();
    change(machine);
    const { status, stderr, metrics } = machine.check();
    assert.equal(status, 1);
    assert.match(stderr, sentence);
    assert.equal(metrics[metric], value);
  });

test("what listened when access was applied is the owner's, and loopback, edge and clients' ports are nobody's concern", () => {
  const machine = new AccessMachine();
  machine.listen("0.0.0.0:22 sshd", "0.0.0.0:8080 docker-proxy");
  machine.apply();
  machine.confirm();
  machine.listen(
    "0.0.0.0:22 sshd",
    "0.0.0.0:8080 docker-proxy",
    "127.0.0.1:9000 x",
    "[::1]:9000 x",
    "*:443 docker-proxy",
  );
  machine.write("udp", "UNCONN 0 0 0.0.0.0:4789 0.0.0.0:*\nUNCONN 0 0 0.0.0.0:41234 0.0.0.0:*\n");
  assert.equal(machine.check().stderr, "");
});

test("a change that waits for its confirmation is told", () => {
  const machine = new AccessMachine();
  machine.apply();
  assert.equal(machine.check().metrics["access_unconfirmed"], "1");
});
