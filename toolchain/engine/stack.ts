import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { parse } from "yaml";
import { runCommand } from "../../workstation/run-command.ts";
import { areLocksDead } from "./dead-lock.ts";
import { explain, PulumiError } from "./pulumi-error.ts";
import { pulumiEnvironment, type StackContext } from "./stack-context.ts";

/**
 * Makes the stack's empty state unless it is there, and returns whether it did. A stack file that is encrypted
 * already (one that outlived its state) is kept as it is, and the passphrase checked against it; a new one gets its
 * `encryptionsalt`.
 */
export async function createStack(context: StackContext): Promise<boolean> {
  const project = projectName(context);
  if (existsSync(join(context.stateDirectory, ".pulumi", "stacks", project, `${context.stack}.json`)))
    return false;
  if (basename(context.stackFile) !== `Pulumi.${context.stack}.yaml`) {
    throw new Error(
      `${context.stackFile}: must be named Pulumi.${context.stack}.yaml, or Pulumi would not find it`,
    );
  }
  mkdirSync(context.stateDirectory, { recursive: true, mode: 0o700 });
  // `stack init` knows no --config-file and would write the salt into the committed stack file; so it runs in a
  // project of its own that keeps its stack files where ours is.
  const folder = mkdtempSync(join(tmpdir(), "kaleem-project-"));
  try {
    const stackConfigDir = relative(folder, dirname(context.stackFile));
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      JSON.stringify({ name: project, runtime: "nodejs", stackConfigDir }),
    );
    const argv = ["stack", "init", context.stack, "--no-select", "--secrets-provider=passphrase"];
    await pulumiText({ ...context, project: folder }, argv);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return true;
}

/** Where the user's own state is kept, such as `s3://bucket/path`: what `pulumi login` has chosen. */
export async function backendUrl(context: StackContext): Promise<string> {
  const answer = JSON.parse(await pulumiText(context, ["whoami", "--verbose", "--json"])) as { url: string };
  return answer.url;
}

/** Whether the backend has the stack. */
export async function isInitialized(context: StackContext): Promise<boolean> {
  const stacks = JSON.parse(await pulumiText(context, ["stack", "ls", "--json"])) as { name: string }[];
  return stacks.some(({ name }) => name.split("/").at(-1) === context.stack);
}

/**
 * Makes the empty state of a stack whose file is a committed one. Its secrets provider is the one that the file names, else the
 * user's passphrase (PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE), which the file then carries the salt of.
 */
export async function initializeStack(context: StackContext): Promise<void> {
  const file = existsSync(context.stackFile)
    ? (parse(readFileSync(context.stackFile, "utf8")) as { secretsprovider?: string } | null)
    : null;
  const provider = file?.secretsprovider ?? "passphrase";
  await pulumiText(context, [
    "stack",
    "init",
    context.stack,
    "--no-select",
    `--secrets-provider=${provider}`,
  ]);
}

/** The stack's outputs as its last `up` left them; secret ones come as "[secret]". */
export async function readOutputs(context: StackContext): Promise<Readonly<Record<string, unknown>>> {
  const text = await pulumiText(context, ["stack", "output", "--json", `--stack=${context.stack}`]);
  return JSON.parse(text) as Record<string, unknown>;
}

/** The stack's state as `pulumi stack export` gives it, secrets encrypted. */
export async function exportState(context: StackContext): Promise<unknown> {
  return JSON.parse(await pulumiText(context, ["stack", "export", `--stack=${context.stack}`]));
}

/**
 * Does what wants the stack's lock. When engines of this machine that were killed have left all the locks that are on it, these are taken
 * away first. What was under way stays pending in the state, as after ^C.
 */
export async function withoutDeadLocks<T>(context: StackContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PulumiError) || error.interrupted || !areLocksDead(error.message)) throw error;
    await textOnce(context, ["cancel", context.stack, "--yes"]);
    return await work();
  }
}

/** Takes a stack out of the backend, whatever its state says; its file stays. Nothing that it declared is touched. */
export async function removeStack(context: StackContext): Promise<void> {
  const argv = ["stack", "rm", context.stack, "--force", "--yes", "--preserve-config"];
  await pulumiText(context, argv);
}

/** Puts a state back that {@link exportState} gave. @throws PulumiError, `locked`, when somebody else works on the stack */
export async function importState(context: StackContext, state: unknown): Promise<void> {
  const argv = ["stack", "import", `--stack=${context.stack}`];
  await pulumiText(context, argv, JSON.stringify(state));
}

/** Encrypts values into the stack file, one command each (0.3 s); they travel on standard input only. Keys are full, as `kaleem:mongo-keyfile`. */
export async function setSecrets(context: StackContext, secrets: ReadonlyMap<string, string>): Promise<void> {
  const common = ["--secret", `--stack=${context.stack}`, `--config-file=${context.stackFile}`];
  for (const [key, value] of secrets) {
    // The command drops one newline from the end, so that a value with one of its own keeps it.
    await pulumiText(context, ["config", "set", ...common, key], `${value}\n`);
  }
}

/** Every configuration value of the stack file, secrets decrypted, by full key. Objects come as JSON text. */
export async function decryptConfig(context: StackContext): Promise<ReadonlyMap<string, string>> {
  const argv = [
    "config",
    "--show-secrets",
    "--json",
    `--stack=${context.stack}`,
    `--config-file=${context.stackFile}`,
  ];
  const values = JSON.parse(await pulumiText(context, argv)) as Record<string, { value: string }>;
  return new Map(Object.entries(values).map(([key, { value }]) => [key, value]));
}

/** Runs a command that changes no resources and returns its standard output. */
function pulumiText(context: StackContext, argv: readonly string[], input?: string): Promise<string> {
  return withoutDeadLocks(context, () => textOnce(context, argv, input));
}

async function textOnce(context: StackContext, argv: readonly string[], input?: string): Promise<string> {
  const ended = await runCommand([context.engine.pulumi, "--non-interactive", "--color=never", ...argv], {
    cwd: context.project,
    environment: pulumiEnvironment(context),
    ...(input === undefined ? {} : { input }),
  });
  if (ended.code === 0) return ended.stdout;
  const command = argv.slice(0, 2).join(" ");
  throw new PulumiError(
    explain(
      `pulumi ${command} of stack ${context.stack} ended with ${String(ended.code)}:\n${ended.stderr.trim()}`,
    ),
  );
}

function projectName(context: StackContext): string {
  const file = join(context.project, "Pulumi.yaml");
  return (parse(readFileSync(file, "utf8")) as { name: string }).name;
}
