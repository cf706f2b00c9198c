import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { accountSecrets } from "../../components/config/account-schema.ts";
import { parseAccount } from "../../components/config/parse-account.ts";
import { trialAccount } from "../../operator/policy/trial-account.ts";
import { judgeStack } from "../../policies/judge-stack.ts";
import { catalog } from "../../catalog/catalog.ts";
import { stackConfigSchema } from "../../components/config/schema.ts";
import { trialStack } from "../../operator/policy/trial-stack.ts";
import { repositoryRoot as repository } from "../../workstation/repository.ts";
import { runProgram } from "../components/support/program.ts";
import { wireView } from "./support/wire-view.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-policy-"));
after(() => rmSync(folder, { recursive: true }));

const trial = trialAccount(repository);
const values = Object.fromEntries(
  Object.entries(trial.settings).map(([key, value]) => [key, JSON.stringify(value)]),
);

test("the account as the program declares it keeps every rule, and needs no exemption", async () => {
  const stackFile = join(folder, "Pulumi.account.yaml");
  writeFileSync(stackFile, "config: {}\n");
  process.env["KALEEM_STACK_FILE"] = stackFile;
  const { declared } = await runProgram(
    { ...values, ...trial.secrets },
    "account",
    "",
    Object.keys(accountSecrets),
  );
  const view = wireView({ ...trial, images: null }, declared);
  assert.ok(view.resources.length > 15);
  assert.deepEqual(judgeStack(view, new Date().toISOString().slice(0, 10)), []);
});

test("each committed bucket is the one that its stack writes to, with a lock as long as it reckons with", () => {
  const { account } = parseAccount({
    file: "Pulumi.account.yaml",
    values: { ...values, ...trial.secrets },
    encrypted: new Set(Object.keys(trial.secrets)),
  });
  for (const stack of ["staging", "prod"] as const) {
    const { backups, offsite } = stackConfigSchema(catalog)
      .partial()
      .parse(trialStack(repository, stack, folder).settings);
    const bucket = account.buckets[stack];
    assert.ok(bucket && backups && offsite, stack);
    const { lockFor, keptFor, prefix } = bucket;
    assert.deepEqual(
      { bucket: bucket.bucket, prefix, lockFor, keptFor },
      {
        bucket: offsite.bucket,
        prefix: offsite.prefix,
        lockFor: backups.lockFor,
        keptFor: backups.keepOffsite.within,
      },
      stack,
    );
  }
});
