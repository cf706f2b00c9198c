import { readFile, writeFile } from "node:fs/promises";
import { catalog } from "../../catalog/catalog.ts";
import type { Engine } from "../../toolchain/engine/engine.ts";
import { createStack, setSecrets } from "../../toolchain/engine/stack.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";
import type { StackInstance } from "../../local/instance.ts";
import { recoverStackFile } from "./kit.ts";
import { committedStackFile } from "./committed-stack-file.ts";
import { generatedSecrets } from "../secrets/generated-secrets.ts";
import type { RecoveryKit } from "./recovery-kit.ts";
import { composeStackFile, parseStackFile, renderStackFile, secretsIn } from "./stack-file.ts";
import { ensurePassphrase, readIfThere, type StackPaths } from "./stack-paths.ts";

export interface StackPreparation {
  readonly instance: StackInstance;
  readonly engine: Engine;
  readonly paths: StackPaths;
  /** What the launcher found out, by key without the namespace; wins over the committed stack file. */
  readonly found: Readonly<Record<string, unknown>>;
  /** The off-site bucket's keys. */
  readonly offsiteKeys: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly kit?: RecoveryKit;
}

/**
 * Writes the generated stack file and makes the stack's state and secrets, keeping those that are there. With a
 * recovery kit a stack that has no file yet gets the lost platform's: its secrets are what the restored data knows.
 */
export async function prepareStack(preparation: StackPreparation): Promise<StackContext> {
  const { instance, engine, paths, found, kit } = preparation;
  await ensurePassphrase(paths.passphrase, kit?.passphrase);
  const committed = await committedStackFile(instance.repository);
  const onDisk =
    (await readIfThere(paths.stackFile)) ?? (kit === undefined ? null : await recoverStackFile(kit));
  const existing = onDisk === null ? null : parseStackFile(onDisk, paths.stackFile);
  await writeIfChanged(
    paths.stackFile,
    onDisk,
    renderStackFile(composeStackFile(committed, existing, found)),
  );

  const context: StackContext = {
    engine,
    project: instance.repository,
    stack: instance.stack,
    stackFile: paths.stackFile,
    stateDirectory: paths.state,
    passphraseFile: paths.passphrase,
    env: { KALEEM_STACK_FILE: paths.stackFile },
  };
  await createStack(context);
  await setSecrets(context, missingSecrets(existing === null ? new Set() : secretsIn(existing), preparation));
  // The engine writes YAML in its own order, and `false` as a text; ours each time keeps the host's copy unchanged.
  const written = await readFile(paths.stackFile, "utf8");
  const complete = composeStackFile(committed, parseStackFile(written, paths.stackFile), found);
  await writeIfChanged(paths.stackFile, written, renderStackFile(complete));
  return context;
}

function missingSecrets(
  present: ReadonlySet<string>,
  { offsiteKeys, kit }: StackPreparation,
): Map<string, string> {
  const missing = Object.entries(generatedSecrets(catalog)).filter(([key]) => !present.has(key));
  if (kit !== undefined && missing.length > 0) {
    throw new Error(
      `recovery kit: the recovered stack file lacks ${missing.map(([key]) => `kaleem:${key}`).join(", ")}. ` +
        "It was written by another version of this program: check out the version that ran, and recover with that.",
    );
  }
  const values = new Map(missing.map(([key, make]) => [`kaleem:${key}`, make()]));
  if (!present.has("offsite-access-key-id") || kit !== undefined) {
    values.set("kaleem:offsite-access-key-id", offsiteKeys.accessKeyId);
    values.set("kaleem:offsite-secret-access-key", offsiteKeys.secretAccessKey);
  }
  return values;
}

async function writeIfChanged(file: string, before: string | null, after: string): Promise<void> {
  if (before !== after) await writeFile(file, after, { mode: 0o600 });
}
