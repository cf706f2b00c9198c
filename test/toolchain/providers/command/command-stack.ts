import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findOrBuildEngine } from "../../../../toolchain/engine/find-or-build-engine.ts";
import { runPulumi } from "../../../../toolchain/engine/pulumi.ts";
import type { OperationOptions, OperationResult } from "../../../../toolchain/engine/pulumi.ts";
import { createStack } from "../../../../toolchain/engine/stack.ts";
import type { StackContext } from "../../../../toolchain/engine/stack-context.ts";
import { silentProgress } from "../../../../workstation/progress.ts";
import { repositoryRoot as root } from "../../../../workstation/repository.ts";

/** Plain text in the program's file, so that the engine alone decides where it ends up. */
const program = `
import { readFileSync } from "node:fs";
import pulumi from "@pulumi/pulumi";
import command from "@pulumi/command";

const { connection, commands, copies } = JSON.parse(readFileSync(new URL("resources.json", import.meta.url), "utf8"));
for (const [name, { secretStdin, ...args }] of Object.entries(commands)) {
  const stdin = secretStdin === undefined ? {} : { stdin: pulumi.secret(secretStdin) };
  new command.remote.Command(name, { connection, ...args, ...stdin });
}
for (const [name, { file, ...args }] of Object.entries(copies)) {
  new command.remote.CopyToRemote(name, { connection, ...args, source: new pulumi.asset.FileAsset(file) });
}
`;

/** What the test program declares. A command's `secretStdin` becomes its `stdin`, as a secret. */
export interface TestResources {
  readonly connection: Readonly<Record<string, unknown>>;
  readonly commands?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly copies?: Readonly<Record<string, { readonly file: string; readonly remotePath: string }>>;
}

/** A stack of its own in the real engine, with the stand-in even where the official plugin is installed. */
export class CommandStack {
  readonly #folder: string;
  readonly #context: StackContext;

  private constructor(folder: string, context: StackContext) {
    this.#folder = folder;
    this.#context = context;
  }

  static async create(): Promise<CommandStack> {
    // Inside the checkout, so that the program finds its packages.
    await mkdir(join(root, ".kaleem"), { recursive: true });
    const folder = await mkdtemp(join(root, ".kaleem", "command-test-"));
    const plugin = join(folder, "pulumi-resource-command");
    const main = join(root, "toolchain/providers/command/main.ts");
    await writeFile(plugin, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
    await chmod(plugin, 0o755);
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", main: "index.js" }));
    await writeFile(join(folder, "index.js"), program);
    await writeFile(
      join(folder, "Pulumi.yaml"),
      JSON.stringify({ name: "command-test", runtime: { name: "nodejs", options: { typescript: false } } }),
    );
    await writeFile(join(folder, "passphrase"), "test\n");
    const engine = await findOrBuildEngine(silentProgress);
    const context: StackContext = {
      engine: { ...engine, pathPrepend: [folder, ...engine.pathPrepend] },
      project: folder,
      stack: "test",
      stackFile: join(folder, "Pulumi.test.yaml"),
      stateDirectory: join(folder, "state"),
      passphraseFile: join(folder, "passphrase"),
    };
    await createStack(context);
    return new CommandStack(folder, context);
  }

  /** Declares the resources and runs `pulumi up`. */
  async up(resources: TestResources, options?: OperationOptions): Promise<OperationResult> {
    const declared = { commands: {}, copies: {}, ...resources };
    await writeFile(join(this.#folder, "resources.json"), JSON.stringify(declared));
    return runPulumi(this.#context, "up", options);
  }

  run(operation: "preview" | "refresh" | "destroy", options?: OperationOptions): Promise<OperationResult> {
    return runPulumi(this.#context, operation, options);
  }

  /** The state as text: nothing secret may be found in it. */
  stateText(): Promise<string> {
    return readFile(join(this.#folder, "state/.pulumi/stacks/command-test/test.json"), "utf8");
  }

  /** The names of the resources in the state; one that waits for its deletion counts too. */
  async names(): Promise<readonly string[]> {
    const state = JSON.parse(await this.stateText()) as {
      checkpoint: { latest?: { resources?: { urn: string; type: string }[] } };
    };
    return (state.checkpoint.latest?.resources ?? [])
      .filter(({ type }) => type.startsWith("command:"))
      .map(({ urn }) => urn.split("::").at(-1) ?? urn)
      .sort();
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}
