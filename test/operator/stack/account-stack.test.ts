import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { moveTarget } from "../../../operator/cutover/move-target.ts";
import { openAccount, readAccount } from "../../../operator/stack/account-stack.ts";
import { accountText, file } from "../cutover/situations.ts";

function inRepository(files: Readonly<Record<string, string>>, work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "kaleem-account-stack-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const prod = "config:\n  kaleem:closed: false\n";

test("the account's stack is the one whose file declares an account, whatever its name", () => {
  inRepository({ "Pulumi.prod.yaml": prod, "Pulumi.cloud.yaml": accountText }, (folder) => {
    const { stack, settings } = openAccount(folder);
    assert.deepEqual([stack.name, stack.kind, stack.committedFile], ["cloud", "remote", "Pulumi.cloud.yaml"]);
    assert.deepEqual(Object.keys(settings.account.records), ["prod"]);
  });
});

test("no account, and two of them, are refused", () => {
  inRepository({ "Pulumi.prod.yaml": prod }, (folder) => {
    assert.throws(() => openAccount(folder), /expected one stack file with kaleem:account, got none/);
  });
  inRepository({ "Pulumi.a.yaml": accountText, "Pulumi.b.yaml": accountText }, (folder) => {
    assert.throws(() => openAccount(folder), /got Pulumi\.a\.yaml, Pulumi\.b\.yaml/);
  });
});

test("an account that is filled in wrongly is told path first", () => {
  assert.throws(
    () => readAccount(accountText.replace("20270131T120000Z", "yesterday"), file),
    /targets\.prod\.at: expected an instant such as 20270131T120000Z/,
  );
});

test("a target that is moved is written as it is read, and nothing when nothing moves", () => {
  const target = { address: "203.0.113.9", at: "20270201T030405Z", before: "203.0.113.7" };
  const moved = moveTarget(accountText, file, "prod", target);
  assert.deepEqual(readAccount(moved.text, file).targets, { prod: target });
  assert.deepEqual(moveTarget(moved.text, file, "prod", target), { text: moved.text, diff: [] });
  const first = accountText.replace(/ {2}kaleem:targets:\n.*\n/, "");
  assert.deepEqual(readAccount(moveTarget(first, file, "prod", target).text, file).targets, { prod: target });
  assert.throws(() => moveTarget(prod, file, "prod", target), /expected a stack file with kaleem:account/);
});
