import { readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { findOrBuildEngine } from "../../toolchain/engine/find-or-build-engine.ts";
import { decryptConfig, setSecrets } from "../../toolchain/engine/stack.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";
import type { Progress } from "../../workstation/progress.ts";
import { ensureState } from "../stack/ensure-state.ts";
import { stackContext } from "../stack/stack-context.ts";
import { parseStackFile, secretsIn } from "../stack/stack-file.ts";
import type { Stack } from "../stack/stack.ts";

/** A stack whose secrets are looked at or changed. */
export interface SecretsStack extends Stack {
  /** Names of the secrets that the stack file holds, without the namespace. */
  present(): Promise<ReadonlySet<string>>;
  /** Encrypts values into the stack file; they travel on standard input only. */
  set(values: ReadonlyMap<string, string>): Promise<void>;
  /** Every value, secrets decrypted, without the namespace. */
  values(): Promise<ReadonlyMap<string, string>>;
  context(): Promise<StackContext>;
}

/**
 * The secrets of a stack that is there: a remote one, or a local one that was brought up once.
 * @param mayDo Asks whether the state of a remote one, which it encrypts for, may be made; throws when not. By default nobody is asked
 * @throws Error when a local one never was
 */
export function openSecretsStack(
  stack: Stack,
  progress: Progress,
  mayDo: (question: string) => Promise<void> = notAsked,
): SecretsStack {
  const { name, stackFile } = stack;
  if (!existsSync(stackFile)) {
    throw new Error(
      `secrets: stack ${name} was not brought up on this computer yet. Run "./kaleem up --stack ${name}", which generates its secrets itself.`,
    );
  }
  let engine: ReturnType<typeof findOrBuildEngine> | undefined;
  const context = async (): Promise<StackContext> =>
    stackContext(stack, await (engine ??= findOrBuildEngine(progress)));
  return {
    ...stack,
    present: async () => secretsIn(parseStackFile(await readFile(stackFile, "utf8"), stackFile)),
    async set(values) {
      const opened = await context();
      // The engine encrypts for a stack that it knows; the state of a remote one may not have been made yet.
      if (stack.kind === "remote") await ensureState(opened, mayDo);
      await setSecrets(opened, new Map([...values].map(([key, value]) => [`kaleem:${key}`, value])));
    },
    async values() {
      const all = await decryptConfig(await context());
      return new Map([...all].map(([key, value]) => [key.replace(/^kaleem:/, ""), value]));
    },
    context,
  };
}

function notAsked(question: string): Promise<void> {
  return Promise.reject(new Error(`secrets: ${question} ./kaleem secrets init does, and asks.`));
}
