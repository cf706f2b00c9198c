import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { findOrBuildEngine } from "../../toolchain/engine/find-or-build-engine.ts";
import { decryptConfig, setSecrets } from "../../toolchain/engine/stack.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";
import { stackInstance } from "../../local/instance.ts";
import type { Progress } from "../../workstation/progress.ts";
import { parseStackFile, secretsIn } from "../stack/stack-file.ts";
import { openStackPaths } from "../stack/stack-paths.ts";

/** A stack whose secrets are looked at or changed. */
export interface SecretsStack {
  readonly stack: string;
  /** `launcher`: made by `npm run up`; `own`: a committed stack file, kept where the user's Pulumi settings say. */
  readonly kind: "launcher" | "own";
  readonly stackFile: string;
  /** Names of the secrets that the stack file holds, without the namespace. */
  present(): Promise<ReadonlySet<string>>;
  /** Encrypts values into the stack file; they travel on standard input only. */
  set(values: ReadonlyMap<string, string>): Promise<void>;
  /** Every value, secrets decrypted, without the namespace. */
  values(): Promise<ReadonlyMap<string, string>>;
  context(): Promise<StackContext>;
}

/**
 * Finds a stack by its name: the launcher's own, else one with a committed stack file.
 * @throws Error naming the stacks that there are.
 */
export async function openSecretsStack(
  repository: string,
  stack: string,
  progress: Progress,
): Promise<SecretsStack> {
  const paths = await openKnown(repository, stack);
  let engine: ReturnType<typeof findOrBuildEngine> | undefined;
  const context = async (): Promise<StackContext> => ({
    engine: await (engine ??= findOrBuildEngine(progress)),
    project: repository,
    stack,
    stackFile: paths.stackFile,
    stateDirectory: paths.state,
    passphraseFile: paths.passphrase,
    ...(paths.kind === "own" ? { own: true as const } : {}),
    env: { KALEEM_STACK_FILE: paths.stackFile },
  });
  return {
    stack,
    kind: paths.kind,
    stackFile: paths.stackFile,
    present: async () => secretsIn(parseStackFile(await readFile(paths.stackFile, "utf8"), paths.stackFile)),
    async set(values) {
      await setSecrets(
        await context(),
        new Map([...values].map(([name, value]) => [`kaleem:${name}`, value])),
      );
    },
    async values() {
      const all = await decryptConfig(await context());
      return new Map([...all].map(([key, value]) => [key.replace(/^kaleem:/, ""), value]));
    },
    context,
  };
}

interface KnownStack {
  readonly kind: SecretsStack["kind"];
  readonly stackFile: string;
  readonly state: string;
  readonly passphrase: string;
}

async function openKnown(repository: string, stack: string): Promise<KnownStack> {
  const instance = stackInstance(repository, stack);
  const name = `Pulumi.${stack}.yaml`;
  if (existsSync(join(instance.folder, name)))
    return { kind: "launcher", ...(await openStackPaths(instance)) };
  const committed = join(repository, name);
  // Pulumi.local.yaml is what the launcher makes its stacks of; it holds no secrets.
  if (stack !== "local" && existsSync(committed))
    return { kind: "own", stackFile: committed, state: join(instance.folder, "state"), passphrase: "" };
  const known = (await readdir(repository)).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
  throw new Error(
    `secrets: there is no stack "${stack}": neither a file ${name} nor one that "npm run up -- --stack ${stack}" has made ` +
      `(which draws its secrets itself). Committed stacks: ${known.filter((one) => one !== "local").join(", ")}.`,
  );
}
