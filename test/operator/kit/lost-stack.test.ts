import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { renderContent } from "../../../components/kit/stack-content.ts";
import { seal } from "../../../components/kit/seal.ts";
import { LostStack } from "../../../operator/kit/lost-stack.ts";
import { printKit } from "../../../operator/kit/paper-kit.ts";
import { FakeS3 } from "../../recovery/lineage/fake-s3.ts";

let s3: FakeS3;
let repository: string;
const given = process.env["PULUMI_CONFIG_PASSPHRASE"];
before(async () => {
  s3 = await FakeS3.start();
});
after(() => s3.stop());
beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), "kaleem-lost-"));
  process.env["PULUMI_CONFIG_PASSPHRASE"] = "a new one";
});
afterEach(() => {
  rmSync(repository, { recursive: true });
  if (given === undefined) delete process.env["PULUMI_CONFIG_PASSPHRASE"];
  else process.env["PULUMI_CONFIG_PASSPHRASE"] = given;
});

const identity = await generateX25519Identity();
const file =
  "config:\n  kaleem:host:\n    kind: ssh\n    address: old.example.com\n    hostKey: ssh-ed25519 AAAAold\n";
const host = { address: "192.0.2.7", port: 22, user: "root", hostKey: "ssh-ed25519 AAAAnew" };

async function open(stack: string, named?: string): Promise<LostStack> {
  const content = { version: 1 as const, stack, file, secrets: { "restic-password": "hush" } };
  const sealed = await seal(renderContent(content), await identityToRecipient(identity));
  s3.objects.set("/kaleem-backup/kit/versions/0.age", { body: sealed, version: 1 });
  const kit = {
    stack,
    endpoint: s3.endpoint,
    bucket: "kaleem-backup",
    prefix: "",
    region: "auto",
    accessKeyId: "AKID",
    secretAccessKey: "s3cr3t",
    passphrase: identity,
  };
  const kitFile = join(repository, "kit.txt");
  writeFileSync(kitFile, printKit(kit));
  return LostStack.open({ kitFile, stack: named, secretsProvider: "passphrase", ask: null }, repository);
}

describe("a lost stack, from a kit on paper alone", () => {
  it("is the one that the kit is of, in a checkout that has no file of it; nothing is written yet", async () => {
    const lost = await open("prod");
    assert.equal(lost.stack.name, "prod");
    assert.equal(lost.stack.stackFile, join(repository, "Pulumi.prod.yaml"));
    const { text, diff } = await lost.fileFor(host);
    assert.match(text, /address: 192\.0\.2\.7/);
    assert.doesNotMatch(text, /hush/);
    assert.equal(diff[0], "+ the settings of the lost stack: host");
    assert.deepEqual(readdirSync(repository), ["kit.txt"]);
  });

  it("keeps a committed file that is there", async () => {
    writeFileSync(join(repository, "Pulumi.prod.yaml"), `# mine\n${file}`);
    const { text, diff } = await (await open("prod")).fileFor(host);
    assert.match(text, /^# mine\n/);
    assert.deepEqual(diff.slice(0, 2), ['- host.address: "old.example.com"', '+ host.address: "192.0.2.7"']);
  });

  it("of another name, of an emulated machine, or with nobody to choose a passphrase is refused in a sentence", async () => {
    await assert.rejects(open("prod", "staging"), {
      message:
        "The recovery kit is of stack prod, not staging: take the kit of staging, or leave --stack out.",
    });
    await assert.rejects(open("local-2"), {
      message:
        "stack local-2: it lives on an emulated machine; a lost one comes back by ./kaleem up --recover KIT under another name",
    });
    delete process.env["PULUMI_CONFIG_PASSPHRASE"];
    delete process.env["PULUMI_CONFIG_PASSPHRASE_FILE"];
    await assert.rejects(open("prod"), {
      message: /nobody is here to choose: set PULUMI_CONFIG_PASSPHRASE_FILE/,
    });
    await assert.rejects(
      LostStack.open(
        { kitFile: join(repository, "none"), stack: undefined, secretsProvider: "passphrase", ask: null },
        repository,
      ),
      { message: /none: the recovery kit cannot be read \(ENOENT\)$/ },
    );
    assert.deepEqual(readdirSync(repository), ["kit.txt"]);
  });
});
