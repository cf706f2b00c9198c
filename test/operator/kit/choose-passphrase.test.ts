import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { choosePassphrase } from "../../../operator/kit/choose-passphrase.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-passphrase-"));
after(() => rmSync(folder, { recursive: true }));
const own = join(folder, "own");
writeFileSync(own, "test passphrase ü\n");

/** A file whose secrets are encrypted with "test passphrase ü". */
const encrypted =
  "encryptionsalt: v1:LsZKwK2kfPM=:v1:swdQU9kyBdDPg0OY:wgGnDnnic/aZye/XJ6LI2kGVFiuc8Q==\nconfig: {}\n";
const file = "Pulumi.prod.yaml";
/** Answers in order. */
const answers =
  (...given: string[]) =>
  () =>
    Promise.resolve(given.shift() ?? "");

describe("the passphrase of a stack's file", () => {
  it("is the environment's, which a file without secrets takes as it is", async () => {
    await choosePassphrase(file, null, null, { PULUMI_CONFIG_PASSPHRASE: "any" });
    await choosePassphrase(file, "config: {}\n", null, { PULUMI_CONFIG_PASSPHRASE_FILE: own });
    await choosePassphrase(file, encrypted, null, { PULUMI_CONFIG_PASSPHRASE_FILE: own });
  });

  it("that opens not what is encrypted already is refused, with both ways out", async () => {
    await assert.rejects(choosePassphrase(file, encrypted, null, { PULUMI_CONFIG_PASSPHRASE: "any" }), {
      message:
        /^Pulumi\.prod\.yaml: its secrets are encrypted with another passphrase than the one in the environment .* move the file away and run this again/,
    });
  });

  it("is asked for twice where none is there, and given to what is started", async () => {
    const environment: Record<string, string | undefined> = {};
    await choosePassphrase(file, null, answers("new one", "new one"), environment);
    assert.deepEqual(environment, { PULUMI_CONFIG_PASSPHRASE: "new one" });
    await assert.rejects(choosePassphrase(file, null, answers("new one", "other"), {}), {
      message: "The two differ; nothing was changed.",
    });
    await assert.rejects(choosePassphrase(file, null, answers("", ""), {}), {
      message: "No passphrase was chosen; nothing was changed.",
    });
  });

  it("of a file that has secrets is asked for once, and tried", async () => {
    const environment: Record<string, string | undefined> = {};
    await choosePassphrase(file, encrypted, answers("test passphrase ü"), environment);
    assert.deepEqual(environment, { PULUMI_CONFIG_PASSPHRASE: "test passphrase ü" });
    await assert.rejects(choosePassphrase(file, encrypted, answers("wrong"), {}), {
      message: /^Pulumi\.prod\.yaml: that passphrase does not open its secrets; nothing was changed\./,
    });
  });

  it("must be given where nobody is asked", async () => {
    await assert.rejects(choosePassphrase(file, null, null, {}), {
      message:
        /^Pulumi\.prod\.yaml: a passphrase must be chosen .* nobody is here to choose: set PULUMI_CONFIG_PASSPHRASE_FILE/,
    });
    await assert.rejects(
      choosePassphrase(file, null, null, { PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, "none") }),
      {
        message: /^PULUMI_CONFIG_PASSPHRASE_FILE names .*none, and there is no such file\.$/,
      },
    );
  });

  it("is none of a file that a key service encrypts", async () => {
    await choosePassphrase(file, "secretsprovider: awskms://alias/x\nconfig: {}\n", null, {});
  });
});
