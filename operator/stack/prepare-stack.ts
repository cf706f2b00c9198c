import { readFile } from "node:fs/promises";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import type { Engine } from "../../toolchain/engine/engine.ts";
import { createStack, setSecrets } from "../../toolchain/engine/stack.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";
import { isSealedKit, openKit, recoverStackFile } from "../kit/open-kit.ts";
import { committedStackFile } from "./committed-stack-file.ts";
import { catalogOf } from "./stack-catalog.ts";
import { generatedSecrets } from "../secrets/generated-secrets.ts";
import type { OffsiteCredentials } from "../../contract/offsite-credentials.ts";
import type { RecoveryKit } from "../kit/recovery-kit.ts";
import {
  composeStackFile,
  parseStackFile,
  renderStackFile,
  secretsIn,
  type StackFile,
} from "./stack-file.ts";
import { readIfThere } from "../../workstation/read-if-there.ts";
import { writeWholeFile } from "../../workstation/write-whole-file.ts";
import { ensurePassphrase } from "./passphrase.ts";
import { stackContext } from "./stack-context.ts";
import { makeStackFolders, type Stack } from "./stack.ts";

export interface StackPreparation {
  readonly stack: Stack;
  readonly engine: Engine;
  /** What the place found out, by key without the namespace; wins over the committed stack file. */
  readonly found: Readonly<Record<string, unknown>>;
  /** The off-site bucket's keys. */
  readonly offsiteKeys: OffsiteCredentials;
  readonly kit?: RecoveryKit;
}

/**
 * Writes the generated stack file and makes the stack's state and secrets, keeping those that are there. With a
 * recovery kit a stack that has no file yet gets the lost platform's: its secrets are what the restored data knows.
 */
export async function prepareStack(preparation: StackPreparation): Promise<StackContext> {
  const { stack, engine, found, kit } = preparation;
  await makeStackFolders(stack);
  const sealed = kit !== undefined && isSealedKit(kit);
  await ensurePassphrase(stack.passphraseFile, sealed ? undefined : kit?.passphrase);
  const committed = await committedStackFile(stack);
  const here = await readIfThere(stack.stackFile);
  const onDisk = here ?? (kit === undefined || sealed ? null : await recoverStackFile(kit));
  const recovered = here === null && sealed ? (await openKit(kit)).content.secrets : {};
  const existing = onDisk === null ? null : parseStackFile(onDisk, stack.stackFile);
  const complete = (before: StackFile | null): StackFile => composeStackFile(committed, before, found);
  await writeIfChanged(stack.stackFile, onDisk, renderStackFile(complete(existing)));

  const context = stackContext(stack, engine);
  await createStack(context);
  const present = new Set([...(existing === null ? [] : secretsIn(existing)), ...Object.keys(recovered)]);
  const values = Object.entries(recovered).map(([key, value]) => [`kaleem:${key}`, value] as const);
  await setSecrets(
    context,
    new Map([
      ...values,
      ...missingSecrets(present, catalogOf(complete(existing), stack.committedFile), preparation),
    ]),
  );
  // The engine writes YAML in its own order, and `false` as a text; ours each time keeps the host's copy unchanged.
  const written = await readFile(stack.stackFile, "utf8");
  await writeIfChanged(
    stack.stackFile,
    written,
    renderStackFile(complete(parseStackFile(written, stack.stackFile))),
  );
  return context;
}

function missingSecrets(
  present: ReadonlySet<string>,
  catalog: readonly ServiceDefinition[],
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
  if (before !== after) await writeWholeFile(file, after, 0o600);
}
