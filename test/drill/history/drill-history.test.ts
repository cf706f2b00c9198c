import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { signedEntrySchema } from "../../../contract/drill-history.ts";
import { exitCodes } from "../../../contract/exit-codes.ts";
import { DrillHistory } from "../../../drill/history/drill-history.ts";
import { makeRecord } from "../../../drill/record/make-record.ts";
import { sshKeyPair } from "../../../operator/ssh/ssh-key-pair.ts";
import { Bucket } from "../../../recovery/lineage/bucket.ts";
import { FakeS3 } from "../../recovery/lineage/fake-s3.ts";
import { facts, promised } from "../record/facts.ts";

const record = makeRecord(facts, promised, null);
const day = (n: number) => () => new Date(Date.UTC(2026, 0, n));
let folder: string;
let key: string;
let strangersKey: string;
let allowedSigners: string;
let s3: FakeS3;
let history: DrillHistory;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "drill-history-"));
  const own = await sshKeyPair(join(folder, "own"));
  const stranger = await sshKeyPair(join(folder, "stranger"));
  [key, strangersKey] = [own.privateKeyFile, stranger.privateKeyFile];
  allowedSigners = join(folder, "allowed-signers");
  const options = `valid-before="20260201Z",namespaces="drill-history@kaleem"`;
  await writeFile(allowedSigners, `# who may\nops@kaleem ${options} ${own.publicKey}\n`);
});
after(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  s3 = await FakeS3.start();
  history = historyOf("prod");
});
afterEach(() => s3.stop());

function historyOf(stack: string, signers = allowedSigners): DrillHistory {
  const location = { endpoint: s3.endpoint, bucket: "kaleem-backup", prefix: "p", region: "auto" };
  const bucket = new Bucket(location, { accessKeyId: "ID", secretAccessKey: "secret" });
  return new DrillHistory({ stack, bucket, allowedSigners: signers });
}
const path = (sequence: number) => `/kaleem-backup/p/drills/00000${sequence}.json`;
const object = (sequence: number) =>
  signedEntrySchema.parse(JSON.parse(s3.objects.get(path(sequence))?.body ?? ""));
async function append(count: number): Promise<void> {
  for (let n = 1; n <= count; n += 1) await history.append({ ...record, id: `drill ${n}` }, key, day(n));
}
const found = async () =>
  (await history.judge()).findings.map(({ file, kind, sentence }) => `${file}: ${kind}: ${sentence}`);

describe("the history of drills", () => {
  it("is sound when it was only appended to, and knows who signed", async () => {
    await append(2);
    assert.deepEqual(await found(), []);
    const { entries } = await history.judge();
    assert.deepEqual(
      entries.map(({ entry, signer }) => [entry.sequence, entry.record.id, signer]),
      [
        [1, "drill 1", "ops@kaleem"],
        [2, "drill 2", "ops@kaleem"],
      ],
    );
    assert.equal((await history.newest("total-loss"))?.id, "drill 2");
    assert.equal(await history.newest("region"), null);
  });

  it("is never written over: whoever appends at the same time gets the next number", async () => {
    await append(1);
    const original = s3.objects.get(path(1))?.body;
    const [one, two] = [historyOf("prod"), historyOf("prod")];
    const keys = await Promise.all([one.append(record, key, day(2)), two.append(record, key, day(2))]);
    assert.deepEqual([...keys].sort(), ["drills/000002.json", "drills/000003.json"]);
    assert.equal(s3.objects.get(path(1))?.body, original);
    assert.deepEqual(await found(), []);
  });

  it("shows an entry whose text was changed, by its signature and by the next one", async () => {
    await append(2);
    const stored = object(1);
    const entry = stored.entry.replace('"success":true', '"success":false');
    s3.objects.set(path(1), { body: JSON.stringify({ ...stored, entry }), version: 9 });
    const [forged, chain, ...more] = await found();
    assert.match(
      forged ?? "",
      /^000001\.json: signature: its signature is not of this text \(.*incorrect signature\)$/,
    );
    assert.match(chain ?? "", /^000002\.json: chain: /);
    assert.deepEqual(more, []);
  });

  it("shows an entry whose signature is none", async () => {
    await append(1);
    s3.objects.set(path(1), { body: JSON.stringify({ ...object(1), signature: "-" }), version: 9 });
    assert.deepEqual(await found(), ["000001.json: signature: its signature is none"]);
  });
});

describe("a key to sign with", () => {
  const config = (message: RegExp) => (error: Error & { exitCode?: number }) => {
    assert.equal(error.exitCode, exitCodes.config);
    assert.match(error.message, message);
    return true;
  };

  it("counts when the committed file allows it, at the time of the drill", async () => {
    await history.tryKey(key, day(1)());
    await assert.rejects(
      history.tryKey(strangersKey, day(1)()),
      config(/stranger.*is signed by no key that .*allowed-signers allows/),
    );
    await assert.rejects(history.tryKey(key, day(40)()), config(/key has expired/));
  });

  it("that may not sign writes nothing", async () => {
    await assert.rejects(
      history.append(record, strangersKey, day(1)),
      config(/what it signs counts for nothing.*Add its public half to .*allowed-signers and commit that/),
    );
    assert.equal(s3.objects.size, 0);
  });

  it("that is none is said to be none, and so is a file of signers that is not there", async () => {
    await assert.rejects(history.tryKey(allowedSigners, day(1)()), config(/cannot sign with this key/));
    const { bucket } = {
      bucket: new Bucket(
        { endpoint: s3.endpoint, bucket: "b", prefix: "", region: "auto" },
        { accessKeyId: "ID", secretAccessKey: "s" },
      ),
    };
    const nobody = new DrillHistory({ stack: "prod", bucket, allowedSigners: join(folder, "none") });
    await assert.rejects(
      nobody.judge(),
      config(/none: expected the file of allowed signers, a line a person/),
    );
  });

  it("is of no use to keys that only read: what a drill's own site has", async () => {
    await append(1);
    s3.readOnly = true;
    await assert.rejects(history.append(record, key, day(2)), (error: Error & { exitCode?: number }) => {
      assert.equal(error.exitCode, exitCodes.offsiteRefused);
      return true;
    });
    assert.deepEqual(await found(), [], "and it can be read by them");
  });
});
