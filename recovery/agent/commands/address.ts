import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import type { AgentContext } from "../context.ts";

/** `kaleem-agent address SERVICE`: where the service's newest task answers from this host; the far end of an SSH tunnel. */
export async function addressCommand(
  { docker }: Pick<AgentContext, "docker">,
  service: string,
): Promise<string> {
  const [task] = await docker.containersOf(service);
  const address = task === undefined ? null : await docker.hostAddress(task.id);
  if (address === null) {
    throw new RecoveryError(
      exitCodes.failed,
      `${service} has no running task on this host: see docker service ps ${service}.`,
    );
  }
  return address;
}
