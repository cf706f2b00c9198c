import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudflareEmulator } from "../../../local/cloud/cloudflare/emulator.ts";
import {
  type AccountStack as AccountStackOfOperator,
  readAccount,
} from "../../../operator/stack/account-stack.ts";
import { parseStackFile, renderStackFile } from "../../../operator/stack/stack-file.ts";
import { findOrBuildEngine } from "../../../toolchain/engine/find-or-build-engine.ts";
import { type OperationResult, runPulumi } from "../../../toolchain/engine/pulumi.ts";
import { createStack, setSecrets } from "../../../toolchain/engine/stack.ts";
import type { StackContext } from "../../../toolchain/engine/stack-context.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { repositoryRoot } from "../../../workstation/repository.ts";

/** The emulated account, its zone, and the token that its stack is brought up with. */
export const accountId = "0123456789abcdef0123456789abcdef";
export const zoneId = "fedcba9876543210fedcba9876543210";
export const ownToken = "own-token-of-the-account-0123456789";
/** A token that may do nothing with DNS. */
export const noDnsToken = "token-without-dns-0123456789-abcdef";

/** An account with one bucket and one record that points nowhere yet. */
export const accountBlock = {
  kind: "cloudflare",
  id: accountId,
  zone: zoneId,
  buckets: { prod: { bucket: "kaleem-prod-backup", location: "weur" } },
  records: { prod: { name: "kaleem.example.com" } },
};

/** An emulator of that account. */
export function startEmulator(): Promise<CloudflareEmulator> {
  return CloudflareEmulator.start({
    id: accountId,
    zones: { [zoneId]: "example.com" },
    tokens: {
      [ownToken]: ["r2 write", "tokens write", "dns write"],
      [noDnsToken]: ["r2 write", "tokens write"],
    },
  });
}

/** The real program's account stack in the real engine, against an emulator; its state and its file last as long as the test. */
export class AccountStack {
  readonly #folder: string;
  readonly #context: StackContext;

  private constructor(folder: string, context: StackContext) {
    this.#folder = folder;
    this.#context = context;
  }

  static async create(emulator: CloudflareEmulator): Promise<AccountStack> {
    const folder = mkdtempSync(join(tmpdir(), "kaleem-account-"));
    const stackFile = join(folder, "Pulumi.account.yaml");
    writeFileSync(join(folder, "passphrase"), "test\n");
    writeFileSync(stackFile, "config: {}\n");
    const context: StackContext = {
      engine: await findOrBuildEngine(silentProgress),
      project: repositoryRoot,
      stack: "account",
      stackFile,
      stateDirectory: join(folder, "state"),
      passphraseFile: join(folder, "passphrase"),
      env: { KALEEM_STACK_FILE: stackFile, CLOUDFLARE_BASE_URL: emulator.baseUrl },
    };
    await createStack(context);
    const stack = new AccountStack(folder, context);
    await stack.setToken(ownToken);
    return stack;
  }

  async setToken(token: string): Promise<void> {
    await setSecrets(this.#context, new Map([["kaleem:cloudflare-api-token", token]]));
  }

  /** Writes the settings, keeping what is encrypted, and runs `pulumi up`. */
  async up(settings: Readonly<Record<string, unknown>>): Promise<OperationResult> {
    const { stackFile } = this.#context;
    const { config: had = {}, ...own } = parseStackFile(readFileSync(stackFile, "utf8"), stackFile);
    const token = had["kaleem:cloudflare-api-token"];
    const entries = Object.entries(settings).map(([key, value]) => [`kaleem:${key}`, value] as const);
    const config = { ...Object.fromEntries(entries), "kaleem:cloudflare-api-token": token };
    writeFileSync(stackFile, renderStackFile({ ...own, config }));
    return runPulumi(this.#context, "up");
  }

  /** As an operator's command opens it: its file and its state, both in this folder. */
  opened(): AccountStackOfOperator {
    const { stackFile, stateDirectory, passphraseFile } = this.#context;
    const text = readFileSync(stackFile, "utf8");
    return {
      text,
      settings: readAccount(text, "Pulumi.account.yaml"),
      stack: {
        name: "account",
        kind: "local",
        repository: repositoryRoot,
        committedFile: "Pulumi.account.yaml",
        stackFile,
        folder: this.#folder,
        passphraseFile,
        stateDirectory,
        reports: this.#folder,
        offsiteOf: "account",
      },
    };
  }

  destroy(): Promise<OperationResult> {
    return runPulumi(this.#context, "destroy");
  }

  /** The state as it lies in the backend: nothing secret may be found in it. */
  stateText(): string {
    return readFileSync(join(this.#folder, "state/.pulumi/stacks/kaleem/account.json"), "utf8");
  }

  /** Loses the state, as with the disk that it was on, and begins a new one. */
  async lose(): Promise<void> {
    rmSync(join(this.#folder, "state"), { recursive: true });
    writeFileSync(this.#context.stackFile, "config: {}\n");
    await createStack(this.#context);
    await this.setToken(ownToken);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
