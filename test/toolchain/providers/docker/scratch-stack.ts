import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findOrBuildEngine } from "../../../../toolchain/engine/find-or-build-engine.ts";
import { runPulumi } from "../../../../toolchain/engine/pulumi.ts";
import type { OperationResult } from "../../../../toolchain/engine/pulumi.ts";
import type { StackContext } from "../../../../toolchain/engine/stack-context.ts";
import { createStack } from "../../../../toolchain/engine/stack.ts";
import { silentProgress } from "../../../../workstation/progress.ts";
import { repositoryRoot as root } from "../../../../workstation/repository.ts";

/** Declares whatever wanted.json says: resource arguments may refer to others as `{"$ref": "name.property"}`. */
const program = `
import * as docker from "@pulumi/docker";
import { readFileSync } from "node:fs";
const wanted = JSON.parse(readFileSync(new URL("wanted.json", import.meta.url), "utf8"));
const provider = new docker.Provider("host", wanted.provider);
const made = {};
const resolve = (value) => {
  if (Array.isArray(value)) return value.map(resolve);
  if (value === null || typeof value !== "object") return value;
  if (typeof value.$ref === "string") return value.$ref.split(".").reduce((at, key) => at[key], made);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, resolve(entry)]));
};
for (const { name, type, args } of wanted.resources) made[name] = new docker[type](name, resolve(args), { provider });
`;

/** One resource of a scratch program. */
export interface WantedResource {
  readonly name: string;
  readonly type: "Network" | "Secret" | "ServiceConfig" | "Service";
  readonly args: object;
}

/** A Pulumi project and stack of its own, with a file state, for one test. */
export class ScratchStack {
  readonly context: StackContext;
  readonly #folder: string;
  readonly #provider: object;

  private constructor(context: StackContext, folder: string, provider: object) {
    this.context = context;
    this.#folder = folder;
    this.#provider = provider;
  }

  /** @param provider the arguments of `docker.Provider`. */
  static async create(provider: object): Promise<ScratchStack> {
    const folder = mkdtempSync(join(tmpdir(), "kaleem-docker-test-"));
    const project = join(folder, "project");
    mkdirSync(project);
    mkdirSync(join(folder, "kept"));
    symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "scratch", type: "module" }));
    const settings = {
      name: "scratch",
      runtime: { name: "nodejs", options: { typescript: false } },
      main: "index.mjs",
    };
    writeFileSync(join(project, "Pulumi.yaml"), JSON.stringify(settings));
    writeFileSync(join(project, "index.mjs"), program);
    writeFileSync(join(folder, "kept", "passphrase"), "scratch", { mode: 0o600 });
    writeFileSync(join(folder, "kept", "Pulumi.scratch.yaml"), "config: {}\n");
    const context: StackContext = {
      engine: await findOrBuildEngine(silentProgress),
      project,
      stack: "scratch",
      stackFile: join(folder, "kept", "Pulumi.scratch.yaml"),
      stateDirectory: join(folder, "state"),
      passphraseFile: join(folder, "kept", "passphrase"),
    };
    await createStack(context);
    return new ScratchStack(context, folder, provider);
  }

  /** Makes the stack hold these resources and no others. */
  async up(resources: readonly WantedResource[], ...args: readonly string[]): Promise<OperationResult> {
    this.declare(resources);
    return await runPulumi(this.context, "up", { args });
  }

  /** Writes the program without running it. */
  declare(resources: readonly WantedResource[]): void {
    const wanted = { provider: this.#provider, resources };
    writeFileSync(join(this.context.project, "wanted.json"), JSON.stringify(wanted));
  }

  /** Runs the program as it stands; aborting the signal is ^C. */
  async interruptible(signal: AbortSignal): Promise<OperationResult> {
    return await runPulumi(this.context, "up", { signal });
  }

  async run(operation: "preview" | "refresh" | "destroy"): Promise<OperationResult> {
    return await runPulumi(this.context, operation);
  }

  /** Removes the project and its state, not what the stack made. */
  forget(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
