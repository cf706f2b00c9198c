import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { makeKit, passphraseKit, type KitRequest } from "../../../operator/kit/make-kit.ts";
import type { RecoveryKit } from "../../../operator/kit/recovery-kit.ts";
import { recipientIn, writeRecipient } from "../../../operator/kit/write-recipient.ts";

const values = new Map([
  ["offsite", JSON.stringify({ endpoint: "https://s3.example.com", bucket: "kaleem-prod" })],
  ["offsite-access-key-id", "AKID"],
  ["offsite-secret-access-key", "s3cr3t"],
]);
const fresh: KitRequest = { stack: "prod", values, recipient: null, from: null, renew: false };
const location = {
  stack: "prod",
  endpoint: "https://s3.example.com",
  bucket: "kaleem-prod",
  prefix: "",
  region: "auto",
  accessKeyId: "AKID",
  secretAccessKey: "s3cr3t",
};

describe("a new kit", () => {
  it("has the bucket, its keys and a passphrase of its own, whose public half seals", async () => {
    const one = await makeKit(fresh);
    const { passphrase, ...rest } = one.kit;
    assert.deepEqual(rest, location);
    assert.match(passphrase, /^AGE-SECRET-KEY-1[A-Z0-9]{58}$/);
    assert.equal(one.recipient, await identityToRecipient(passphrase));
    assert.notEqual((await makeKit(fresh)).kit.passphrase, passphrase);
  });

  it("is not made beside one that there is, unless it is said how", async () => {
    const { recipient } = await makeKit(fresh);
    await assert.rejects(makeKit({ ...fresh, recipient }), {
      message:
        /^Stack prod has a recovery kit already, and its passphrase is in that kit alone\. .*: --from FILE, with that kit\. .*: --renew;/,
    });
    assert.notEqual((await makeKit({ ...fresh, recipient, renew: true })).recipient, recipient);
  });

  it("keeps the passphrase of the present one, with the keys of now, and takes no other's", async () => {
    const { kit, recipient } = await makeKit(fresh);
    const former: RecoveryKit = { ...kit, accessKeyId: "FORMER", secretAccessKey: "former" };
    assert.deepEqual(await makeKit({ ...fresh, recipient, from: former }), { kit, recipient });
    const other = { ...kit, passphrase: await generateX25519Identity() };
    await assert.rejects(makeKit({ ...fresh, recipient, from: other }), {
      message:
        /^--from: that kit's recipient is age1\w+, and the stack's file names age1\w+: take the present kit, or --renew\.$/,
    });
    await assert.rejects(makeKit({ ...fresh, recipient, from: { ...kit, passphrase: "of Pulumi" } }), {
      message: /^--from: that kit holds Pulumi's passphrase, as earlier kits do/,
    });
  });

  it("names everything that the stack lacks for one", async () => {
    const less = new Map([["offsite", values.get("offsite") ?? ""]]);
    await assert.rejects(makeKit({ ...fresh, values: less }), {
      message:
        "Stack prod: kaleem:offsite-access-key-id, kaleem:offsite-secret-access-key: not set, and a recovery kit is made of them; see docs/config.md.",
    });
  });

  it("of an emulated stack has Pulumi's passphrase", () => {
    assert.deepEqual(passphraseKit({ stack: "prod", values }, "of Pulumi"), {
      ...location,
      passphrase: "of Pulumi",
    });
  });
});

describe("the recipient in a stack's file", () => {
  const text = "# Prod.\nconfig:\n  kaleem:closed: false # not yet\n";
  it("is written, and nothing else changed; again, nothing is", () => {
    const edited = writeRecipient(text, "age1x");
    assert.equal(edited.text, `${text}  kaleem:kit:\n    recipient: age1x\n`);
    assert.deepEqual(edited.diff, ['+ kit.recipient: "age1x"']);
    assert.equal(recipientIn(edited.text), "age1x");
    assert.deepEqual(writeRecipient(edited.text, "age1x"), { text: edited.text, diff: [] });
    assert.deepEqual(writeRecipient(edited.text, "age1y").diff, [
      '- kit.recipient: "age1x"',
      '+ kit.recipient: "age1y"',
    ]);
    assert.equal(recipientIn(text), null);
  });
});
