import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeMachine, type WantedMachine } from "../../../operator/preflight/judge-machine.ts";
import { readMachineView, type MachineView } from "../../../operator/preflight/machine-view.ts";

const gib = 1024 ** 3;

const answer = `user=deploy
uid=0
os=debian
osVersion=13
osName=Debian GNU/Linux 13 (trixie)
architecture=x86_64
init=systemd
cgroup=cgroup2fs
clock=1800000000
memory=${16 * gib}
processors=4
systemFree=${100 * gib}
ipv4=1
defaultRoute4=1
`;
const good = readMachineView(answer);
const wanted: WantedMachine = {
  stack: "staging",
  user: "deploy",
  memory: 8 * gib,
  loopBytes: 20 * gib,
  now: 1_800_000_000,
  restic: "distribution",
  manager: "s3://state staging",
};

const judged = (changes: Partial<MachineView>, want: Partial<WantedMachine> = {}) =>
  judgeMachine({ ...good, ...changes }, { ...wanted, ...want });

test("a machine that has all is refused nothing, and told what its disk cannot survive", () => {
  assert.deepEqual(judged({}), {
    refusals: [],
    remarks: [
      "the data file and the local repository share one disk: only the off-site bucket survives its loss",
    ],
  });
});

const refused: readonly [name: string, changes: Partial<MachineView>, sentence: RegExp][] = [
  [
    "another system",
    { os: "ubuntu", osVersion: "24.04", osName: "Ubuntu 24.04" },
    /^operating system: expected Debian 12 or 13, got Ubuntu 24\.04/,
  ],
  ["an older Debian", { osVersion: "11", osName: "Debian 11" }, /^operating system: .* got Debian 11/],
  ["no systemd", { init: "sh" }, /^init: expected systemd as process 1, got sh/],
  [
    "another architecture",
    { architecture: "armv7l" },
    /^architecture: expected x86_64 or aarch64, got armv7l/,
  ],
  ["IPv6 alone", { ipv4: 0 }, /^network: expected an IPv4 address with a default route, got none/],
  ["no default route", { defaultRoute4: 0 }, /^network: expected an IPv4 address/],
  [
    "no rights",
    { uid: 1000 },
    /^user: expected deploy to become root through sudo without a password, got uid 1000/,
  ],
  ["another stack's machine", { agentStack: "prod" }, /^machine: it runs stack prod, not staging/],
  [
    "another state's machine",
    { managedBy: '{"stack":"staging","manager":"file:///x staging"}' },
    /^state: this machine is managed by file:\/\/\/x staging, not by s3:\/\/state staging; .*--take-state$/,
  ],
  ["too little memory", { memory: 8 * gib }, /^memory: .* expected 8\.5 GiB, got 8\.0 GiB/],
  [
    "too little disk",
    { systemFree: 20 * gib },
    /^disk: the data file takes 20\.0 GiB, .* expected 28\.0 GiB free, got 20\.0 GiB/,
  ],
  [
    "a web server on port 443",
    { port443: "apache2" },
    /^port 443: expected it free for the edge, got apache2 listening/,
  ],
  [
    "somebody's own container on port 80",
    { port80: "docker-proxy" },
    /^port 80: .* got docker-proxy listening/,
  ],
];
for (const [name, changes, sentence] of refused) {
  test(`refuses ${name}, and says what to do`, () => {
    const { refusals } = judged(changes);
    assert.equal(refusals.length, 1, refusals.join("\n"));
    assert.match(refusals[0] ?? "", sentence);
  });
}

test("a distribution whose restic is too old is refused with the line that brings one along, for the machine's architecture", () => {
  const sentence = (got: string, target: string) =>
    `restic: expected 0.18.0 or later of the machine's distribution, got ${got}; add "restic: ${target}" to kaleem:host, and one is brought along`;
  assert.deepEqual(judged({ resticOffered: "0.14.0" }).refusals, [sentence("0.14.0", "linux-amd64")]);
  assert.deepEqual(judged({ restic: "0.17.3", architecture: "aarch64" }).refusals, [
    sentence("0.17.3", "linux-arm64"),
  ]);
  assert.deepEqual(judged({ restic: "" }).refusals, [sentence("none that says its version", "linux-amd64")]);
  for (const fine of [
    { resticOffered: "0.18.0" },
    { restic: "0.19.1" },
    { restic: "0.14.0", resticOffered: "1.0.0" },
    {},
  ])
    assert.deepEqual(judged(fine).refusals, [], JSON.stringify(fine));
});

test("a restic that is brought along fits the machine, and is said to be needless where it is", () => {
  const brought = { restic: "linux-amd64" } as const;
  assert.deepEqual(judged({ resticOffered: "0.14.0" }, brought).refusals, []);
  assert.deepEqual(judged({ architecture: "aarch64" }, brought).refusals, [
    "restic: kaleem:host.restic is linux-amd64, and the machine is aarch64; write linux-arm64",
  ]);
  const { refusals, remarks } = judged({ restic: "0.18.0" }, brought);
  assert.deepEqual(refusals, []);
  assert.match(remarks.join("\n"), /distribution has 0\.18\.0, which is used; kaleem:host\.restic can go/);
});

test("every reason is told at once", () => {
  assert.equal(
    judged({ osVersion: "11", uid: 1000, ipv4: 0, memory: gib, port80: "nginx" }).refusals.length,
    5,
  );
});

test("its own edge holds its ports, its own state may come again, and a lost one may be replaced", () => {
  assert.deepEqual(
    judged({ port80: "docker-proxy", port443: "docker-proxy", services: ["nginx"] }).refusals,
    [],
  );
  const managedBy = '{"stack":"staging","manager":"s3://state staging"}';
  assert.deepEqual(judged({ managedBy, agentStack: "staging" }).refusals, []);
  assert.deepEqual(judged({ managedBy: '{"manager":"file:///gone x"}' }, { manager: null }).refusals, []);
});

test("a data file that is there already takes no more of the disk", () => {
  assert.deepEqual(judged({ systemFree: gib, dataSize: 20 * gib, dataFree: gib }).refusals, []);
});

test("a machine with the former cgroups is told what may have no effect there", () => {
  const { refusals, remarks } = judged({ cgroup: "tmpfs" });
  assert.deepEqual(refusals, []);
  assert.ok(
    remarks.includes(
      "cgroup: expected version 2 (cgroup2fs), got tmpfs; limits and weights of services and jobs may have no effect there",
    ),
  );
});

test("a clock that is off and containers of others are remarks", () => {
  const { refusals, remarks } = judged({ clock: 1_800_001_000, foreign: ["registry"] });
  assert.deepEqual(refusals, []);
  assert.match(remarks.join("\n"), /clock: the machine's is 1000 s ahead/);
  assert.match(remarks.join("\n"), /run there and are left alone: registry/);
});

test("a data volume on which a restore would find no room is a remark, with what it would need", () => {
  const volume = (free: number, live: number | undefined) =>
    judged({
      dataSize: 100 * gib,
      dataFree: free * gib,
      ...(live === undefined ? {} : { liveBytes: live * gib }),
    }).remarks.filter((remark) => remark.startsWith("data volume"));
  assert.deepEqual(volume(44, 40), [
    "data volume: a restore puts the fetched point (40.0 GiB, as much as is live) beside what it replaces; " +
      "expected 45.0 GiB free, got 44.0 GiB of 100.0 GiB; enlarge the volume before that day",
  ]);
  assert.deepEqual(volume(45, 40), []);
  assert.deepEqual(volume(1, undefined), []);
});

test("an answer that lacks something is an error that names it", () => {
  assert.throws(() => readMachineView("user=root\nuid=0\n"), /the machine's answer lacks os, osVersion/);
});
