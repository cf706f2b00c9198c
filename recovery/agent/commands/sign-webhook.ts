import { buffer } from "node:stream/consumers";
import { z } from "zod";
import { sign } from "../../../catalog/webhooks/signature.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import type { AgentContext } from "../context.ts";
import { taskSecret } from "../../stores/task-secrets.ts";

/** Who takes webhooks. */
const service = "webhooks";

/** The header's value for a call. */
export const signedWebhookSchema = z.strictObject({ signature: z.string() });

/**
 * `kaleem-agent sign-webhook SOURCE`: signs the body on stdin as a partner would, with the key that the running service has been
 * given. The key itself never leaves the host.
 * @throws RecoveryError `failed` when the service does not run here
 */
export async function signWebhookCommand(
  { docker, host }: AgentContext,
  [source, ...rest]: readonly string[],
): Promise<z.infer<typeof signedWebhookSchema>> {
  if (source === undefined || rest.length > 0)
    throw new RecoveryError(exitCodes.usage, "Expected one source: see kaleem-agent --help.");
  const [container] = await docker.containersOf(service);
  if (container === undefined) {
    throw new RecoveryError(
      exitCodes.failed,
      `Service ${service} does not run on this host: see \`docker service ps ${service} --no-trunc\`.`,
    );
  }
  const key = await taskSecret(container.pid, "signing-key");
  const signedAt = Math.floor(host.now().getTime() / 1000);
  return { signature: sign(key, signedAt, source, await buffer(process.stdin)) };
}
