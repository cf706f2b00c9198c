/**
 * The live tests: parts of the product against real things, such as the stand-in providers under the real engine against
 * a real Swarm. Makes one emulated machine for those that need a host, and removes it. Exit code 0 when all passed.
 */
import { globSync } from "node:fs";
import { dirname } from "node:path";
import { findOrBuildEngine } from "../../toolchain/engine/find-or-build-engine.ts";
import { prepareImages } from "../../local/images/prepare-images.ts";
import { stackInstance, type StackInstance } from "../../local/instance.ts";
import { ensurePrerequisites } from "../../local/prerequisites/ensure-prerequisites.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { repositoryRoot } from "../../workstation/repository.ts";
import { sshKeyPair } from "../../operator/ssh/ssh-key-pair.ts";
import { tearDown } from "../../local/tear-down.ts";
import { createMachine } from "../../local/machine/create-machine.ts";
import { SshHost } from "../../operator/ssh/ssh.ts";
import type { SshTarget } from "../../operator/ssh/ssh-target.ts";
import { runAndTell, runTests } from "../run-tests.ts";
import { tellVersions } from "../tell-versions.ts";

const progress = terminalProgress();
const repository = repositoryRoot;

async function makeTarget(instance: StackInstance): Promise<SshTarget> {
  const { dockerVersion } = await ensurePrerequisites(progress, ["live"]);
  const engine = await findOrBuildEngine(progress);
  await prepareImages(progress);
  await tellVersions({ dockerVersion, engine });
  const key = await sshKeyPair(dirname(instance.machine.privateKey));
  const vps = await createMachine(instance, { authorizedKey: key.publicKey }, progress);
  const target: SshTarget = {
    address: vps.address,
    port: vps.port,
    user: "root",
    privateKeyFile: key.privateKeyFile,
    knownHostsFile: vps.knownHostsFile,
  };
  const host = new SshHost(target);
  const { stdout } = await host.run(["docker", "info", "--format", "{{.Swarm.LocalNodeState}}"]);
  if (stdout.trim() !== "active")
    await host.run(["docker", "swarm", "init", "--advertise-addr", "127.0.0.1"]);
  return target;
}

const asked = process.argv.slice(2);
const files = asked.length > 0 ? asked : globSync("test/**/*.live.test.ts", { cwd: repository }).sort();
const instance = stackInstance(repository, "live");
process.exitCode = await runAndTell("live", async () => {
  try {
    const target = await makeTarget(instance);
    const code = await runTests(files, {
      flags: ["--test-concurrency=2"],
      env: { KALEEM_LIVE_TARGET: JSON.stringify(target) },
    });
    return { code, table: [] };
  } finally {
    await tearDown(instance, progress);
  }
});
