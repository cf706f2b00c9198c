import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { findOrBuildEngine } from "../../toolchain/engine/find-or-build-engine.ts";
import { previewWithPack } from "../../operator/policy/preview-with-pack.ts";
import { trialAccount } from "../../operator/policy/trial-account.ts";
import { trialStack } from "../../operator/policy/trial-stack.ts";
import { silentProgress } from "../../workstation/progress.ts";
import { repositoryRoot as repository } from "../../workstation/repository.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-policy-"));
after(() => {
  rmSync(folder, { recursive: true });
});

test("under the engine the pack lets prod through, and refuses it with the rule's own sentence when a bucket has no TLS", async () => {
  const engine = await findOrBuildEngine(silentProgress);
  const trial = trialStack(repository, "prod", folder);
  await previewWithPack(engine, repository, trial);
  const offsite = { endpoint: "http://s3.example.com", bucket: "kaleem-prod-backup" };
  await assert.rejects(
    previewWithPack(engine, repository, { ...trial, settings: { ...trial.settings, offsite } }),
    /agent-config-content: offsite\.endpoint: expected https:\/\/…, got "http:\/\/s3\.example\.com"; use TLS/,
  );
});

test("under the engine the pack lets the account through, and refuses a lock too short to notice a stolen key", async () => {
  const engine = await findOrBuildEngine(silentProgress);
  const trial = trialAccount(repository);
  await previewWithPack(engine, repository, trial);
  const committed = trial.settings["account"] as object;
  const buckets = { prod: { bucket: "kaleem-prod-backup", location: "weur", lockFor: "24h" } };
  await assert.rejects(
    previewWithPack(engine, repository, {
      ...trial,
      settings: { ...trial.settings, account: { ...committed, buckets } },
    }),
    /prod-bucket: lockFor: expected 336h or more, got 24h; nobody would have noticed in time/,
  );
});
