import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { StackContent } from "../../components/kit/stack-content.ts";
import { namespace } from "../../components/config/stack-file-schema.ts";
import type { OffsiteCredentials } from "../../contract/offsite-credentials.ts";
import { setSecrets } from "../../toolchain/engine/stack.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";
import { readIfThere } from "../../workstation/read-if-there.ts";
import type { MovedFile, NewHost } from "../stack/move-host.ts";
import { parseStackFile, secretsIn } from "../stack/stack-file.ts";
import { lostStack, type Stack } from "../stack/stack.ts";
import { choosePassphrase, type HiddenQuestion } from "./choose-passphrase.ts";
import { openKit } from "./open-kit.ts";
import { readRecoveryKit } from "./recovery-kit.ts";
import { restoreStackFile } from "./restore-stack-file.ts";

export interface LostStackRequest {
  readonly kitFile: string;
  /** Whose kit it should be; a kit of before does not say. */
  readonly stack: string | undefined;
  /** What encrypts the secrets of a file that is written anew: `passphrase`, or a key service's address such as `awskms://…`. */
  readonly secretsProvider: string;
  readonly ask: HiddenQuestion;
}

/** A stack that was lost, as its recovery kit gives it back: nothing is written before somebody has agreed to it. */
export class LostStack {
  readonly stack: Stack;
  /** What whoever recovers should know; null when there is nothing. */
  readonly remark: string | null;
  readonly #content: StackContent;
  readonly #secretsProvider: string;

  private constructor(stack: Stack, content: StackContent, secretsProvider: string, remark: string | null) {
    this.stack = stack;
    this.remark = remark;
    this.#content = content;
    this.#secretsProvider = secretsProvider;
  }

  /**
   * Opens the kit, and sees to it that its secrets can be encrypted here.
   * @throws RecoveryError in a sentence; nothing was changed then
   */
  static async open(request: LostStackRequest, repository?: string): Promise<LostStack> {
    const kit = await readRecoveryKit(request.kitFile);
    const { content, remark } = await openKit(kit, request.stack);
    const stack = lostStack(content.stack, repository);
    if (request.secretsProvider === "passphrase")
      await choosePassphrase(stack.committedFile, await readIfThere(stack.stackFile), request.ask);
    return new LostStack(stack, content, request.secretsProvider, remark);
  }

  /** The bucket's keys, as the sealed file has them. */
  get offsiteKeys(): OffsiteCredentials {
    const { "offsite-access-key-id": accessKeyId = "", "offsite-secret-access-key": secretAccessKey = "" } =
      this.#content.secrets;
    return { accessKeyId, secretAccessKey };
  }

  /** The committed file with another machine in it: as it is here, or as the kit has it. */
  async fileFor(host: NewHost): Promise<MovedFile> {
    const { stackFile, committedFile, repository } = this.stack;
    return restoreStackFile({
      content: this.#content,
      existing: await readIfThere(stackFile),
      file: committedFile,
      host,
      secretsProvider: this.#secretsProvider,
      fileExists: (path) => existsSync(isAbsolute(path) ? path : join(repository, path)),
    });
  }

  /**
   * Encrypts into the committed file what it lacks of the kit's secrets; those that are there stay. Again, it goes on where it was.
   * @returns how many
   */
  async encryptSecrets(context: StackContext): Promise<number> {
    const { stackFile, committedFile } = this.stack;
    const present = secretsIn(parseStackFile((await readIfThere(stackFile)) ?? "", committedFile));
    const missing = Object.entries(this.#content.secrets).filter(([key]) => !present.has(key));
    await setSecrets(context, new Map(missing.map(([key, value]) => [`${namespace}${key}`, value])));
    return missing.length;
  }
}
