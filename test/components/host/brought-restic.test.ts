import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { baselineScript } from "../../../components/host/host-baseline.ts";
import { oldestRestic } from "../../../contract/restic.ts";
import { resticVersion } from "../../../toolchain/restic/bring-restic.ts";
import { type Declared, runProgram, validValues } from "../support/program.ts";

const content = "the bytes of a restic";
const sha256 = createHash("sha256").update(content).digest("hex");
let declared: readonly Declared[] = [];

before(async () => {
  const cache = mkdtempSync(join(tmpdir(), "kaleem-cache-"));
  process.env["KALEEM_CACHE"] = cache;
  const folder = join(cache, "restic", `official-${resticVersion}-linux-arm64`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "restic"), content);
  const values = validValues();
  const host = JSON.parse(values["host"] ?? "") as object;
  values["host"] = JSON.stringify({ ...host, user: "deploy", restic: "linux-arm64" });
  ({ declared } = await runProgram(values));
});

const named = (role: string): Declared => {
  const found = declared.find(({ name }) => name === `host-baseline-${role}`);
  assert.ok(found, role);
  return found;
};

test("a restic that is brought along is copied to the user's home before the packages, and checked by its SHA-256 there", () => {
  const { type, inputs } = named("restic");
  assert.equal(type, "command:remote:CopyToRemote");
  assert.equal(inputs["remotePath"], ".kaleem-restic");
  const words = `--restic-sha256 ${sha256} --restic "$HOME/.kaleem-restic"`;
  assert.ok(String(named("packages").inputs["create"]).endsWith(words));
  assert.ok(String(named("check").inputs["create"]).endsWith(words));
  assert.match(String(named("packages").inputs["create"]), /^sudo -n -- bash -s -- packages /);
  assert.ok(named("packages").dependencies.some((urn) => urn.endsWith("::host-baseline-restic")));
});

test("another restic is no reason to touch disks, Docker or access again", () => {
  for (const role of ["system", "installer", "hardening", "access-apply"])
    assert.doesNotMatch(JSON.stringify(named(role).inputs["create"]), /restic/, role);
});

test("the host asks for the same version as everybody else", () => {
  assert.ok(baselineScript().includes(`RESTIC_LEAST=${oldestRestic}\n`));
});
