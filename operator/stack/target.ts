import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { ConfigError, sentences } from "../../components/config/config-error.ts";
import { reachedHost } from "../../components/config/host-block.ts";
import { offsite as offsiteSchema } from "../../components/config/schema.ts";
import { namespace } from "../../components/config/stack-file-schema.ts";
import { readStackYaml } from "../../components/config/stack-yaml.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { BucketLocation } from "../../recovery/lineage/bucket.ts";
import { givenKeyFile } from "../ssh/given-key.ts";
import { pinHostKey } from "../ssh/known-hosts.ts";
import type { SshTarget } from "../ssh/ssh-target.ts";
import { knownHostsPattern } from "../ssh/ssh-target.ts";
import { knownStacks, type Stack } from "./stack.ts";

/** Everything that an operator's command needs of a stack, without Pulumi. */
export interface StackTarget {
  readonly ssh: SshTarget;
  readonly offsite: BucketLocation;
}

/**
 * Reads a stack's host and bucket from its file; Pulumi's state is not asked, since on the worst day it may be away.
 * Where the file names no known_hosts, its host key is pinned in one of the stack's own folder. Where it names no key, the one of
 * `KALEEM_SSH_KEY` is offered, or else those of the SSH agent and of ssh's own configuration.
 * @throws RecoveryError naming the file, every field that is wrong, and the stacks that there are.
 */
export async function readTarget(stack: Stack): Promise<StackTarget> {
  const { repository, stackFile } = stack;
  const file = stackFile.slice(repository.length + 1);
  const settings = await readSettings(stack, file);
  // Judged as the program judges them; what only the program needs of a host is not looked at.
  const parsed = z
    .object({ host: reachedHost(settings["host"]), offsite: offsiteSchema })
    .safeParse(settings);
  if (!parsed.success) {
    const problems = sentences(
      parsed.error.issues,
      settings,
      () => [],
      () => false,
    );
    throw wrong(stack, new ConfigError(file, problems));
  }
  const { host, offsite } = parsed.data;
  const absolute = (path: string): string => (isAbsolute(path) ? path : join(repository, path));
  const { address, port, user } = host;
  const key = host.privateKeyFile === undefined ? givenKeyFile() : absolute(host.privateKeyFile);
  const pins =
    host.knownHostsFile === undefined
      ? join(stack.folder, "ssh", "known_hosts")
      : absolute(host.knownHostsFile);
  if (host.knownHostsFile === undefined)
    await pinHostKey(pins, knownHostsPattern(host), host.hostKey.split(" ").slice(0, 2).join(" "));
  const login = key === undefined ? {} : { privateKeyFile: key };
  return { ssh: { address, port, user, ...login, knownHostsFile: pins }, offsite };
}

/** The file's settings, by key without the namespace. */
async function readSettings(stack: Stack, file: string): Promise<Record<string, unknown>> {
  const { name, repository, stackFile } = stack;
  if (!existsSync(stackFile)) {
    throw new RecoveryError(
      exitCodes.config,
      `${file}: there is no such file, so stack "${name}" was not brought up on this computer. ` +
        `Stacks here: ${knownStacks(repository).join(", ")}; "./kaleem up --stack ${name}" makes it.`,
    );
  }
  try {
    const { config = {} } = readStackYaml(await readFile(stackFile, "utf8"), file);
    return Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key.slice(namespace.length), value]),
    );
  } catch (error) {
    if (error instanceof ConfigError) throw wrong(stack, error);
    throw error;
  }
}

function wrong({ name, kind }: Stack, cause: ConfigError): RecoveryError {
  const mend =
    kind === "local"
      ? `Run "./kaleem up --stack ${name}", which writes it again.`
      : "Every key is explained in docs/config.md.";
  return new RecoveryError(exitCodes.config, `${cause.message}\n${mend}`, { cause });
}
