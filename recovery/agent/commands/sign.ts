import { createHmac } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { z } from "zod";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { taskSecret } from "../../stores/task-secrets.ts";
import type { AgentContext } from "../context.ts";

/** What `kaleem-agent sign` answers. */
export const signatureSchema = z.strictObject({
  /** 64 hexadecimal digits. */
  hmac: z.string(),
});

/** As the configuration has it for a file below /run/secrets: no path leaves that folder. */
const secretName = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/**
 * `kaleem-agent sign SERVICE SECRET`: signs the text on stdin with a secret that the running service has been given, as who calls the
 * service would. The key itself never leaves the host.
 * @param input what is to be signed
 * @throws RecoveryError `usage` for wrong arguments, `failed` when the service does not run here or has no such secret
 */
export async function signCommand(
  { docker }: Pick<AgentContext, "docker">,
  [service, secret, ...rest]: readonly string[],
  input: NodeJS.ReadableStream = process.stdin,
): Promise<z.infer<typeof signatureSchema>> {
  if (service === undefined || secret === undefined || rest.length > 0 || !secretName.test(secret)) {
    throw new RecoveryError(exitCodes.usage, "Expected a service and its secret: see kaleem-agent --help.");
  }
  const [container] = await docker.containersOf(service);
  if (container === undefined) {
    throw new RecoveryError(
      exitCodes.failed,
      `Service ${service} does not run on this host: see \`docker service ps ${service} --no-trunc\`.`,
    );
  }
  const key = await keyOf(container.pid, service, secret);
  return {
    hmac: createHmac("sha256", key)
      .update(await buffer(input))
      .digest("hex"),
  };
}

async function keyOf(pid: number, service: string, secret: string): Promise<string> {
  try {
    return await taskSecret(pid, secret);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    throw new RecoveryError(
      exitCodes.failed,
      `Service ${service} has no secret ${secret}: expected one of its secretFiles; run ./kaleem up after a change of them.`,
      { cause: error },
    );
  }
}
