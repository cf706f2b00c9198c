import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "../../toolchain/engine/engine.ts";
import { PulumiError } from "../../toolchain/engine/pulumi-error.ts";
import { runPulumi } from "../../toolchain/engine/pulumi.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";
import { createStack, setSecrets } from "../../toolchain/engine/stack.ts";
import { newPassphrase } from "../secrets/generated-secrets.ts";
import { renderStackFile } from "../stack/stack-file.ts";
import type { TrialSettings } from "./trial-stack.ts";

/**
 * Previews a trial stack by the real engine with the policy pack beside it. Its state, secrets and passphrase last as long
 * as the preview. Resolves when nothing stands against it; rejects with the engine's sentences otherwise.
 */
export async function previewWithPack(
  engine: Engine,
  repository: string,
  trial: TrialSettings,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "kaleem-policy-"));
  try {
    const { stack, settings, secrets } = trial;
    const stackFile = join(folder, `Pulumi.${stack}.yaml`);
    const passphraseFile = join(folder, "passphrase");
    writeFileSync(passphraseFile, newPassphrase(), { mode: 0o600 });
    writeFileSync(stackFile, renderStackFile({ config: prefixed(settings) }), { mode: 0o600 });
    const context: StackContext = {
      engine,
      project: repository,
      stack,
      stackFile,
      stateDirectory: join(folder, "state"),
      passphraseFile,
      env: { KALEEM_STACK_FILE: stackFile },
    };
    await createStack(context);
    await setSecrets(context, new Map(Object.entries(prefixed(secrets)) as [string, string][]));
    const { diagnostics } = await runPulumi(context, "preview", {
      args: [`--policy-pack=${packPath(engine, repository)}`],
    });
    const notRun = diagnostics.filter((each) => each.startsWith("policy "));
    if (notRun.length > 0) throw new PulumiError(notRun.join("\n"), false);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** An engine of our own making starts an executable, the official one a folder. */
function packPath({ source }: Engine, repository: string): string {
  return join(repository, "policies", source === "built" ? "run-pack" : "");
}

function prefixed(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`kaleem:${key}`, value]));
}
