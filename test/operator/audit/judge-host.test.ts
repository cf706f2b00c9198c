import assert from "node:assert/strict";
import test from "node:test";
import { readHostView } from "../../../operator/audit/host-view.ts";
import { judgeHost } from "../../../operator/audit/judge-host.ts";
import { renderFindings } from "../../../operator/audit/render-findings.ts";
import { madeUpApplication } from "../../catalog/made-up.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const sshd = [
  "passwordauthentication no",
  "kbdinteractiveauthentication no",
  "permitemptypasswords no",
  "permitrootlogin without-password",
  "pubkeyauthentication yes",
  "x11forwarding no",
  "allowagentforwarding no",
].join("\n");

interface Spoilt {
  readonly ports?: readonly number[];
  readonly sshPorts?: readonly number[];
  readonly states?: readonly (readonly [name: string, active: string])[];
  readonly sshd?: string;
  readonly exposure?: number;
  readonly host?: object;
  readonly mounts?: object[];
  readonly user?: string;
  readonly sshAudit?: string;
  readonly lynis?: number;
  readonly restic?: object;
}

const guarded = [
  ["kaleem-firewall.service", "active"],
  ["kaleem-access.timer", "active"],
] as const;

/** What is not as it should be on a machine that is right but for this. */
function failures(spoilt: Spoilt): string[] {
  const container = {
    Config: { Labels: { "com.docker.swarm.service.name": "shop" }, User: spoilt.user ?? "1000:1000" },
    HostConfig: {
      ReadonlyRootfs: true,
      Privileged: false,
      CapAdd: ["CAP_CHOWN"],
      CapDrop: ["ALL"],
      ...spoilt.host,
    },
    Mounts: spoilt.mounts ?? [{ Destination: "/tmp" }],
  };
  const printed = [
    { sshd: base64(spoilt.sshd ?? sshd) },
    ...(spoilt.sshPorts ?? [22]).map((sshPort) => ({ sshPort })),
    ...(spoilt.states ?? guarded).map(([name, active]) => ({ state: { name, active } })),
    { unit: { name: "kaleem-point.service", exposure: spoilt.exposure ?? 3.9 } },
    { container },
    { listening: 22 },
    { restic: { version: "0.18.1", from: "brought along", pinned: true, ...spoilt.restic } },
    { sshAudit: base64(spoilt.sshAudit ?? "") },
    { lynis: { index: spoilt.lynis ?? 75, suggestions: base64("A|x\nB|y\n") } },
  ];
  const view = readHostView(printed.map((line) => JSON.stringify(line)).join("\n"));
  const definitions = [madeUpApplication({ capabilities: ["CHOWN"] })];
  return judgeHost(spoilt.ports ?? [22, 80, 443], view, definitions)
    .filter(({ passed }) => !passed)
    .map(({ what, found, wanted }) => `${what}: ${found}; wanted ${wanted}`);
}

const definition = "read-only, capabilities CHOWN, user 1000:1000";

test("a machine that is as it should be passes", () => {
  assert.deepEqual(failures({}), []);
});

test("sshd may listen on other ports, and on several: those are wanted then, and 22 is not", () => {
  assert.deepEqual(failures({ sshPorts: [2222, 22], ports: [22, 80, 443, 2222] }), []);
  assert.deepEqual(failures({ sshPorts: [40022], ports: [80, 443, 40022] }), []);
  assert.deepEqual(failures({ sshPorts: [2222] }), [
    "ports that answer from outside: 22, 80, 443; wanted 80, 443, 2222",
  ]);
});

test("each thing that is not as it should be is found by itself", () => {
  const cases: readonly (readonly [Spoilt, string])[] = [
    [
      { ports: [22, 80, 443, 27017] },
      "ports that answer from outside: 22, 80, 443, 27017; wanted 22, 80, 443",
    ],
    [{ states: [["kaleem-access.timer", "active"]] }, "kaleem-firewall.service: absent; wanted active"],
    [
      {
        states: [
          ["kaleem-firewall.service", "active"],
          ["kaleem-access.timer", "inactive"],
        ],
      },
      "kaleem-access.timer: inactive; wanted active",
    ],
    [
      { sshd: sshd.replace("passwordauthentication no", "passwordauthentication yes") },
      "sshd: passwordauthentication: yes; wanted no",
    ],
    [
      { sshAudit: "(mac) hmac-sha1 -- [fail] broken\n" },
      "ssh-audit: failures: (mac) hmac-sha1 -- [fail] broken; wanted none",
    ],
    [{ lynis: 74 }, "lynis: hardening index: 74 (2 suggestions); wanted ≥ 75"],
    [{ exposure: 4.1 }, "unit kaleem-point.service: exposure: 4.1; wanted ≤ 4.0"],
    [
      { host: { ReadonlyRootfs: false } },
      `container of shop: writable root, capabilities CHOWN, user 1000:1000; wanted ${definition}`,
    ],
    [
      { host: { CapAdd: ["CAP_CHOWN", "CAP_SYS_ADMIN"] } },
      `container of shop: read-only, capabilities CHOWN SYS_ADMIN, user 1000:1000; wanted ${definition}`,
    ],
    [
      { host: { CapDrop: null } },
      `container of shop: ${definition}, capabilities not dropped; wanted ${definition}`,
    ],
    [{ host: { Privileged: true } }, `container of shop: ${definition}, privileged; wanted ${definition}`],
    [{ user: "" }, `container of shop: read-only, capabilities CHOWN, user ; wanted ${definition}`],
    [
      { mounts: [{ Source: "/var/run/docker.sock", Destination: "/docker.sock" }] },
      `container of shop: ${definition}, sees Docker's socket; wanted ${definition}`,
    ],
  ];
  for (const [spoilt, sentence] of cases) assert.deepEqual(failures(spoilt), [sentence]);
});

test("a container that no definition of the catalog knows fails", () => {
  const view = readHostView("");
  const stranger = {
    service: "miner",
    user: "0:0",
    readOnly: true,
    privileged: false,
    capAdds: [],
    capDrops: ["ALL"],
    sources: [],
  };
  const [last] = judgeHost([22, 80, 443], { ...view, containers: [stranger] }, []).slice(-1);
  assert.deepEqual([last?.passed, last?.found], [false, "no definition has this name"]);
});

test("the table tells what was wanted where it was not found, and the verdict", () => {
  const passed = { what: "a", wanted: "1", found: "1", passed: true };
  assert.equal(
    renderFindings([passed, { what: "bb", wanted: "2", found: "3", passed: false }]),
    "✓ a   1\n✗ bb  3   (wanted: 2)\n\n1 of 2 findings are not as they should be.",
  );
  assert.match(renderFindings([passed]), /All 1 findings are as they should be\.$/);
});

test("a restic that is too old, does not run, or has other bytes than the pinned ones is a finding", () => {
  const at = (restic: object): string => failures({ restic }).join("\n");
  assert.equal(at({ version: "0.18.0", from: "distribution" }), "");
  assert.match(at({ version: "0.14.0", from: "distribution" }), /0\.14\.0, distribution/);
  assert.match(at({ version: "" }), /none that runs, brought along/);
  assert.match(at({ pinned: false }), /0\.18\.1, brought along, other bytes than the pinned ones/);
});
