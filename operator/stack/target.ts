import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { BucketLocation } from "../../recovery/lineage/bucket.ts";
import type { SshTarget } from "../ssh/ssh-target.ts";
import { knownStacks, type Stack } from "./stack.ts";

/** Everything that an operator's command needs of a stack, without Pulumi. */
export interface StackTarget {
  readonly ssh: SshTarget;
  readonly offsite: BucketLocation;
}

const text = z.string().min(1);
const stackFileSchema = z.object({
  config: z.object({
    "kaleem:host": z.object({
      kind: z.literal("ssh"),
      address: text,
      port: z.number().int().positive(),
      user: text,
      privateKeyFile: text,
      knownHostsFile: text,
    }),
    "kaleem:offsite": z.object({ endpoint: z.url(), bucket: text, prefix: z.string(), region: text }),
  }),
});

/**
 * Reads a stack's host and bucket from its file; Pulumi's state is not asked, since on the worst day it may be away.
 * @throws RecoveryError naming the file, every field that is wrong, and the stacks that there are.
 */
export async function readTarget(stack: Stack): Promise<StackTarget> {
  const { name, repository, stackFile } = stack;
  const file = stackFile.slice(repository.length + 1);
  if (!existsSync(stackFile)) {
    throw new RecoveryError(
      exitCodes.config,
      `${file}: there is no such file, so stack "${name}" was not brought up on this computer. ` +
        `Stacks here: ${knownStacks(repository).join(", ")}; "npm run up -- --stack ${name}" makes it.`,
    );
  }
  const parsed = stackFileSchema.safeParse(parse(await readFile(stackFile, "utf8")));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${file}: ${issue.path.join(".")}: ${issue.message}`);
    throw new RecoveryError(
      exitCodes.config,
      `${problems.join("\n")}\nRun "npm run up -- --stack ${name}", which writes it again.`,
    );
  }
  const { "kaleem:host": host, "kaleem:offsite": offsite } = parsed.data.config;
  const absolute = (path: string): string => (isAbsolute(path) ? path : join(repository, path));
  const { address, port, user } = host;
  const files = {
    privateKeyFile: absolute(host.privateKeyFile),
    knownHostsFile: absolute(host.knownHostsFile),
  };
  return { ssh: { address, port, user, ...files }, offsite };
}
