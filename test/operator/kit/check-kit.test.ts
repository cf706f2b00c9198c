import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { renderContent } from "../../../components/kit/stack-content.ts";
import { seal } from "../../../components/kit/seal.ts";
import { exitCodes } from "../../../contract/exit-codes.ts";
import { kitCheckSchema, kitKeysDigest } from "../../../contract/kit-check.ts";
import { checkKit, renderKitCheck, type KitCheckRequest } from "../../../operator/kit/check-kit.ts";
import type { RecoveryKit } from "../../../operator/kit/recovery-kit.ts";
import type { RemoteHost } from "../../../operator/ssh/remote-host.ts";
import { SshError } from "../../../operator/ssh/ssh-error.ts";
import { FakeS3 } from "../../recovery/lineage/fake-s3.ts";
import { fillFormerBucket, formerPassword } from "./former-bucket.ts";

let s3: FakeS3;
before(async () => {
  s3 = await FakeS3.start();
});
after(() => s3.stop());

const identity = await generateX25519Identity();
const recipient = await identityToRecipient(identity);
const now = new Date("2026-11-30T12:00:00.000Z");
const record = "/kaleem-backup/lineage/kit-check.json";

async function sealWith(secrets: Readonly<Record<string, string>>): Promise<void> {
  const content = { version: 1 as const, stack: "prod", file: "config: {}\n", secrets };
  s3.objects.set("/kaleem-backup/kit/versions/0.age", {
    body: await seal(renderContent(content), recipient),
    version: 1,
  });
}
beforeEach(async () => {
  s3.objects.clear();
  s3.refuse = null;
  s3.readOnly = false;
  fillFormerBucket(s3, "kaleem-backup");
  await sealWith({ "restic-password": formerPassword });
});

const kit = (changes: Partial<RecoveryKit> = {}): RecoveryKit => ({
  stack: "prod",
  endpoint: s3.endpoint,
  bucket: "kaleem-backup",
  prefix: "",
  region: "auto",
  accessKeyId: "AKIDKALEEM",
  secretAccessKey: "s3cr3t-k3y",
  passphrase: identity,
  ...changes,
});
/** A host whose agent answers so; what it was given to read is kept. */
function host(answers: {
  readonly local: boolean | null;
  readonly keysChanged: boolean;
}): RemoteHost & { read: string[] } {
  const read: string[] = [];
  return {
    read,
    run: (argv, options) => {
      if (typeof options?.stdin === "string") read.push(options.stdin);
      const state = { sealed: true, checkedAt: now.toISOString(), keysChanged: answers.keysChanged };
      if (argv.includes("--help")) return Promise.resolve({ stdout: "  restic-key try        whether\n" });
      const answer = argv.includes("try") ? { local: answers.local, offsite: true } : state;
      return Promise.resolve({ stdout: JSON.stringify(answer) });
    },
  };
}
const target = { address: "192.0.2.1", port: 22, user: "root", knownHostsFile: "none" };
const dead: KitCheckRequest["openHost"] = () =>
  Promise.reject(new SshError("unreachable", target, "no answer"));
const check = (changes: Partial<KitCheckRequest> = {}) =>
  checkKit({ kit: kit(), stack: undefined, now, openHost: dead, ...changes });

describe("a kit that opens everything", () => {
  it("is told thing by thing, and noted in the bucket", async () => {
    const machine = host({ local: true, keysChanged: false });
    const report = await check({ openHost: () => Promise.resolve(machine) });
    assert.equal(report.exitCode, exitCodes.ok);
    const lines = renderKitCheck(report).split("\n");
    const expected = [
      /^✓ bucket {6}kaleem-backup at http:\S+ is read and listed: 2 objects below kit\/; its head is lineage \S+, generation 1$/,
      /^✓ stack file {2}that of stack prod, sealed to this kit, with 1 secrets\.$/,
      /^✓ off-site {4}repository 32ee6e75 opens with the password in the stack's file; it has 16 snapshots$/,
      /^✓ local {7}the host's own repository opens with the same password, tried on the host$/,
      /^✓ record {6}noted in the bucket that it opens everything \(lineage\/kit-check\.json\)$/,
      /^✓ present {5}the host has the same bucket, keys and recipient$/,
    ];
    assert.equal(lines.length, expected.length, lines.join("\n"));
    expected.forEach((pattern, index) => assert.match(lines[index] ?? "", pattern));
    assert.deepEqual(machine.read, [formerPassword]);
    const noted = kitCheckSchema.parse(JSON.parse(s3.objects.get(record)?.body ?? ""));
    assert.deepEqual(noted, {
      version: 1,
      at: now.toISOString(),
      keys: kitKeysDigest({ ...kit(), recipient }),
    });
    for (const secret of [formerPassword, "s3cr3t-k3y", identity]) assert.ok(!lines.join().includes(secret));
  });

  it("is enough without the host, and says what was not looked at", async () => {
    const report = await check();
    assert.equal(report.exitCode, exitCodes.ok);
    assert.match(
      renderKitCheck(report),
      /^- local {7}not looked at \(ssh root@192\.0\.2\.1:22: no answer\); by the stack's file its password is the one of the off-site repository$/m,
    );
    assert.ok(s3.objects.has(record));
  });

  it("does not ask an agent that knows none of it", async () => {
    const older: RemoteHost = { run: () => Promise.resolve({ stdout: "  restic-key add|retire\n" }) };
    const report = await check({ openHost: () => Promise.resolve(older) });
    assert.equal(report.exitCode, exitCodes.ok);
    assert.match(
      renderKitCheck(report),
      /^- local {7}not looked at \(the host's agent is older than these tools: run \.\/kaleem up\)/m,
    );
  });
});

describe("a kit that does not open something", () => {
  const troubles: [
    title: string,
    make: () => unknown,
    changes: () => Partial<KitCheckRequest>,
    code: number,
    said: RegExp,
  ][] = [
    [
      "a bucket that refuses",
      () => (s3.refuse = { status: 403, code: "AccessDenied" }),
      () => ({}),
      exitCodes.offsiteRefused,
      /^✗ bucket .*refuses to list kit\/\*? \(403 AccessDenied\).*\n- stack file {2}not looked at\n- off-site /,
    ],
    [
      "a bucket that does not answer",
      () => undefined,
      () => ({ kit: kit({ endpoint: "http://127.0.0.1:9" }) }),
      exitCodes.offsiteUnreachable,
      /^✗ bucket {6}The off-site bucket at http:\/\/127\.0\.0\.1:9 does not answer/,
    ],
    [
      "an empty bucket",
      () => s3.objects.clear(),
      () => ({}),
      exitCodes.noRepository,
      /^✓ bucket .*no head record yet\n✗ stack file {2}There is no stack file in/,
    ],
    [
      "a file that is sealed to another kit",
      () => undefined,
      () => ({ kit: kit({ passphrase: other }) }),
      exitCodes.wrongPassword,
      /✗ stack file {2}The recovery kit's passphrase does not open/,
    ],
    [
      "a kit of another stack",
      () => undefined,
      () => ({ stack: "staging" }),
      exitCodes.usage,
      /✗ stack file {2}The recovery kit is of stack prod, not staging/,
    ],
    [
      "a repository of another password",
      () => sealWith({ "restic-password": "another-password" }),
      () => ({}),
      exitCodes.wrongPassword,
      /✗ off-site {4}The restic-password in the stack's file opens none of the 1 keys.*\n- local .*\n- present {5}not looked at\n- record {6}not looked at/,
    ],
    [
      "a repository that is not there",
      () => {
        for (const path of s3.objects.keys()) if (path.includes("/restic/")) s3.objects.delete(path);
      },
      () => ({}),
      exitCodes.noRepository,
      /✗ off-site {4}There is no restic repository below restic\/ in the bucket/,
    ],
    [
      "a repository that is damaged",
      () => s3.objects.delete("/kaleem-backup/restic/config"),
      () => ({}),
      exitCodes.repositoryDamaged,
      /✗ off-site .*restic\/config does not open with that: it is missing or damaged/,
    ],
    [
      "a repository of the host that has another password",
      () => undefined,
      () => ({ openHost: () => Promise.resolve(host({ local: false, keysChanged: false })) }),
      exitCodes.wrongPassword,
      /✗ local {7}The host's own repository does not open/,
    ],
  ];
  for (const [title, make, changes, code, said] of troubles) {
    it(`${title}: is told, by its exit code too, and nothing is noted`, async () => {
      await make();
      const report = await check(changes());
      assert.equal(report.exitCode, code);
      assert.match(renderKitCheck(report), said);
      assert.ok(!s3.objects.has(record));
    });
  }

  it("keys that may not write: nothing is noted, and that is told", async () => {
    s3.readOnly = true;
    const report = await check();
    assert.equal(report.exitCode, exitCodes.offsiteRefused);
    assert.match(renderKitCheck(report), /✗ record {6}.*refuses to write lineage\/kit-check\.json/);
  });

  it("a kit of former keys that still open the bucket", async () => {
    const report = await check({ openHost: () => Promise.resolve(host({ local: true, keysChanged: true })) });
    assert.equal(report.exitCode, exitCodes.failed);
    assert.match(
      renderKitCheck(report),
      /✗ present {5}The host has other keys than this kit.*\.\/kaleem kit --out NEW --from THIS/,
    );
  });
});
const other = await generateX25519Identity();
