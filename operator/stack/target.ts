import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { BucketLocation } from "../../recovery/lineage/bucket.ts";
import type { SshTarget } from "../ssh/ssh-target.ts";

/** Everything that an operator's command needs of a stack, without Pulumi. */
export interface StackTarget {
  readonly stack: string;
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

/** The repository that this file belongs to. */
export const repositoryRoot = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Reads a stack's host and bucket from its generated stack file; Pulumi's state is not asked, since on the worst day it
 * may be away.
 * @throws RecoveryError naming the file, every field that is wrong, and the stacks that there are.
 */
export async function readTarget(stack: string, root = repositoryRoot): Promise<StackTarget> {
  const file = join(".kaleem", stack, `Pulumi.${stack}.yaml`);
  const parsed = stackFileSchema.safeParse(parse(await readStackFile(root, file, stack)));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${file}: ${issue.path.join(".")}: ${issue.message}`);
    throw new RecoveryError(
      exitCodes.config,
      `${problems.join("\n")}\nRun "npm run up -- --stack ${stack}", which writes it again.`,
    );
  }
  const { "kaleem:host": host, "kaleem:offsite": offsite } = parsed.data.config;
  const absolute = (path: string): string => (isAbsolute(path) ? path : join(root, path));
  const { address, port, user } = host;
  const files = {
    privateKeyFile: absolute(host.privateKeyFile),
    knownHostsFile: absolute(host.knownHostsFile),
  };
  return { stack, ssh: { address, port, user, ...files }, offsite };
}

async function readStackFile(root: string, file: string, stack: string): Promise<string> {
  try {
    return await readFile(join(root, file), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const known = await stacksIn(root);
    const there = known.length === 0 ? "There is no stack yet" : `Stacks here: ${known.join(", ")}`;
    const sentence = `${file}: there is no such file, so stack "${stack}" is not known on this machine. ${there}; "npm run up -- --stack ${stack}" makes it.`;
    throw new RecoveryError(exitCodes.config, sentence, { cause: error });
  }
}

async function stacksIn(root: string): Promise<string[]> {
  const folder = join(root, ".kaleem");
  if (!existsSync(folder)) return [];
  const names = await readdir(folder);
  return names.filter((name) => existsSync(join(folder, name, `Pulumi.${name}.yaml`))).sort();
}
