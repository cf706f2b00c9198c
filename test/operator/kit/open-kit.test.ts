import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { renderContent, type StackContent } from "../../../components/kit/stack-content.ts";
import { seal } from "../../../components/kit/seal.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { openKit, recoverStackFile } from "../../../operator/kit/open-kit.ts";
import type { RecoveryKit } from "../../../operator/kit/recovery-kit.ts";
import { FakeS3 } from "../../recovery/lineage/fake-s3.ts";

let s3: FakeS3;
before(async () => {
  s3 = await FakeS3.start();
});
after(() => s3.stop());
beforeEach(() => {
  s3.objects.clear();
  s3.refuse = null;
});

const identity = await generateX25519Identity();
const recipient = await identityToRecipient(identity);
const sealedKey = "/kaleem-backup/prod/kit/versions/0123.age";
const plainKey = "/kaleem-backup/prod/kit/stack.yaml";
const content: StackContent = {
  version: 1,
  stack: "prod",
  file: "config:\n  kaleem:closed: false\n",
  secrets: { "restic-password": "hush" },
};
/** As Pulumi wrote it for the passphrase "test passphrase ü". */
const encrypted = `encryptionsalt: v1:LsZKwK2kfPM=:v1:swdQU9kyBdDPg0OY:wgGnDnnic/aZye/XJ6LI2kGVFiuc8Q==
config:
  kaleem:closed: false
  kaleem:restic-password:
    secure: v1:D0R1UlNUosBggl3H:mcDdgTEZHXEqYlNx/ERddcFZ9SJXB2DqQYc71tw/CCNH6K5YHNs2rQ==
`;
const kit = (changes: Partial<RecoveryKit> = {}): RecoveryKit => ({
  stack: "prod",
  endpoint: s3.endpoint,
  bucket: "kaleem-backup",
  prefix: "prod",
  region: "auto",
  accessKeyId: "AKIDKALEEM",
  secretAccessKey: "s3cr3t-k3y",
  passphrase: identity,
  ...changes,
});
const put = (key: string, body: string): void => void s3.objects.set(key, { body, version: 1 });

async function refusal(given: RecoveryKit, stack?: string): Promise<{ code: number; message: string }> {
  const error: unknown = await openKit(given, stack).then(
    () => assert.fail("it opened"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof RecoveryError, String(error));
  for (const secret of ["s3cr3t-k3y", "AKIDKALEEM", given.passphrase, "hush"])
    assert.ok(!error.message.includes(secret), "no secret is told");
  return { code: error.exitCode, message: error.message };
}

describe("a kit opens the stack's file with nothing else", () => {
  it("that was sealed to it", async () => {
    put(sealedKey, await seal(renderContent(content), recipient));
    assert.deepEqual(await openKit(kit()), { form: "sealed", content, remark: null });
    assert.deepEqual((await openKit(kit({ stack: undefined }), "prod")).content, content);
  });

  it("that Pulumi's passphrase encrypted, as before there were sealed ones", async () => {
    put(plainKey, encrypted);
    const opened = await openKit(kit({ stack: undefined, passphrase: "test passphrase ü" }), "prod");
    assert.deepEqual(opened, {
      form: "encrypted",
      content: { ...content, secrets: { "restic-password": "sécret value\nwith lines" } },
      remark: null,
    });
  });

  it("and says so when the file was sealed to a newer kit since", async () => {
    put(plainKey, encrypted);
    put(sealedKey, await seal(renderContent(content), recipient));
    const { remark } = await openKit(kit({ passphrase: "test passphrase ü" }));
    assert.match(remark ?? "", /^The stack's file has been sealed to a newer recovery kit since: /);
  });
});

describe("what a kit does not open is told in a sentence", () => {
  it("a file that is sealed to another kit", async () => {
    put(
      sealedKey,
      await seal(renderContent(content), await identityToRecipient(await generateX25519Identity())),
    );
    const { code, message } = await refusal(kit());
    assert.equal(code, exitCodes.wrongPassword);
    assert.match(
      message,
      /^The recovery kit's passphrase does not open s3:\/\/kaleem-backup\/prod\/kit\/versions\/0123\.age: the file is sealed to another kit than this one, whose recipient is age1\w+\./,
    );
    assert.ok(message.includes(recipient));
  });

  it("a passphrase that is mistyped", async () => {
    const mistyped = identity.slice(0, -1) + (identity.endsWith("Q") ? "P" : "Q");
    assert.deepEqual(await refusal(kit({ passphrase: mistyped })), {
      code: exitCodes.usage,
      message:
        "The recovery kit's passphrase is mistyped or cut off: its checksum does not fit. Compare it with the original.",
    });
  });

  it("Pulumi's passphrase that is another one", async () => {
    put(plainKey, encrypted);
    assert.deepEqual(await refusal(kit({ passphrase: "p4ss-wrong" })), {
      code: exitCodes.wrongPassword,
      message:
        "The recovery kit's passphrase does not open s3://kaleem-backup/prod/kit/stack.yaml: it is mistyped, or that of another stack.",
    });
  });

  it("a kit of another stack, by what it says and by what the bucket holds", async () => {
    assert.deepEqual(await refusal(kit(), "staging"), {
      code: exitCodes.usage,
      message:
        "The recovery kit is of stack prod, not staging: take the kit of staging, or leave --stack out.",
    });
    put(sealedKey, await seal(renderContent({ ...content, stack: "staging" }), recipient));
    assert.deepEqual(await refusal(kit()), {
      code: exitCodes.usage,
      message:
        "The file in s3://kaleem-backup/prod/ is that of stack staging, not prod: bucket or prefix are those of another stack.",
    });
  });

  it("a kit of before, when nobody says whose it is", async () => {
    assert.deepEqual(await refusal(kit({ stack: undefined, passphrase: "p4ss-wrong" })), {
      code: exitCodes.usage,
      message: "The recovery kit does not say whose it is: add --stack NAME.",
    });
  });

  it("an empty bucket, for kits of both kinds", async () => {
    for (const passphrase of [identity, "p4ss-wrong"])
      assert.deepEqual(await refusal(kit({ passphrase })), {
        code: exitCodes.noRepository,
        message: `There is no stack file in s3://kaleem-backup/prod/kit/: check bucket and prefix; a platform ships it with its first points.`,
      });
  });

  it("a file of before, when it is the kit that is newer; and the reverse", async () => {
    put(plainKey, encrypted);
    assert.match(
      (await refusal(kit())).message,
      /There is no sealed stack file in s3:\/\/kaleem-backup\/prod\/ yet: the stack's file went off-site before this kit was made/,
    );
    s3.objects.clear();
    put(sealedKey, await seal(renderContent(content), recipient));
    assert.deepEqual(await refusal(kit({ passphrase: "p4ss-wrong" })), {
      code: exitCodes.wrongPassword,
      message:
        "The stack's file in the bucket is sealed to a recovery kit made later than this one: find that kit.",
    });
  });

  it("a file of a cloud's key service", async () => {
    put(plainKey, encrypted.replace(/^encryptionsalt.*$/m, "secretsprovider: awskms://alias/x"));
    const { code, message } = await refusal(kit({ passphrase: "p4ss-wrong" }));
    assert.equal(code, exitCodes.wrongPassword);
    assert.match(
      message,
      /is encrypted by another secrets provider than a passphrase, so no recovery kit opens it/,
    );
  });

  it("a file that is damaged, and one of another version", async () => {
    const sealed = await seal(renderContent(content), recipient);
    const lines = sealed.split("\n");
    const body = lines[lines.length - 3] ?? "";
    const altered = sealed.replace(body, (body.startsWith("A") ? "B" : "A") + body.slice(1));
    for (const text of ["something else", altered]) {
      put(sealedKey, text);
      const { code, message } = await refusal(kit());
      assert.equal(code, exitCodes.repositoryDamaged);
      assert.match(
        message,
        /kit\/versions\/0123\.age is damaged or was altered, and opens with no kit: each former one is kept below kit\/versions\/\.$/,
      );
    }
    put(sealedKey, await seal('{"version":2}', recipient));
    assert.match((await refusal(kit())).message, /cannot be understood: it was written by another version/);
  });

  it("a bucket that refuses, is not there, or does not answer", async () => {
    s3.refuse = { status: 403, code: "SignatureDoesNotMatch" };
    assert.match(
      (await refusal(kit())).message,
      /refuses to read lineage\/sealed-stack-file\.json \(403 SignatureDoesNotMatch\): check the offsite key pair/,
    );
    s3.refuse = { status: 404, code: "NoSuchBucket" };
    assert.match(
      (await refusal(kit())).message,
      /^There is no bucket kaleem-backup at http:\/\/127\.0\.0\.1/,
    );
    const dead = await refusal(kit({ endpoint: "http://127.0.0.1:9" }));
    assert.equal(dead.code, exitCodes.offsiteUnreachable);
    assert.match(dead.message, /^The off-site bucket at http:\/\/127\.0\.0\.1:9 does not answer/);
  });
});

describe("the encrypted stack file of a local stack", () => {
  it("is given as it was shipped; none is told", async () => {
    await assert.rejects(
      recoverStackFile(kit()),
      /^RecoveryError: There is no stack file in s3:\/\/kaleem-backup\/prod\/kit\//,
    );
    put(plainKey, "config: {}\n");
    assert.equal(await recoverStackFile(kit()), "config: {}\n");
    assert.equal(s3.requests.at(-1)?.path, "/kaleem-backup/prod/kit/stack.yaml");
  });
});
