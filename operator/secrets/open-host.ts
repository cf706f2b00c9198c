import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { SshHost } from "../ssh/ssh.ts";
import { thisRepository } from "../../local/instance.ts";
import type { SecretsStack } from "./secrets-stack.ts";

const hostSchema = z.object({
  address: z.string(),
  port: z.coerce.number().default(22),
  user: z.string().default("root"),
  privateKeyFile: z.string(),
  knownHostsFile: z.string(),
});

/** The machine that a stack's configuration names. */
export async function openHost(stack: SecretsStack): Promise<SshHost> {
  const parsed = hostSchema.safeParse(JSON.parse((await stack.values()).get("host") ?? "null"));
  if (!parsed.success)
    throw new Error(`${stack.stackFile}: kaleem:host: ${z.prettifyError(parsed.error)}; see docs/config.md`);
  const absolute = (path: string): string => (isAbsolute(path) ? path : join(thisRepository(), path));
  const { privateKeyFile, knownHostsFile, ...target } = parsed.data;
  return new SshHost({
    ...target,
    privateKeyFile: absolute(privateKeyFile),
    knownHostsFile: absolute(knownHostsFile),
  });
}
