import { sentenceOf } from "../../contract/sentence-of.ts";
import { waitUntil } from "../../contract/wait-until.ts";
import { command, LocalCommandError } from "../images/command.ts";
import type { StackInstance } from "../instance.ts";

/** A login with the pinned host key and the stack's own key, and with nothing of the user's own ssh configuration. */
export function sshArguments(
  instance: StackInstance,
  remoteCommand: readonly string[],
): readonly [string, ...string[]] {
  const options = {
    BatchMode: "yes",
    IdentitiesOnly: "yes",
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: instance.machine.knownHosts,
    GlobalKnownHostsFile: "none",
    ConnectTimeout: "5",
    LogLevel: "ERROR",
  };
  return [
    "ssh",
    ...["-F", "none", "-i", instance.machine.privateKey, "-p", String(instance.machine.ports.ssh)],
    ...Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]),
    "root@127.0.0.1",
    ...remoteCommand,
  ];
}

/**
 * Waits until root can log in.
 * @throws Error at once when the machine has another host key than the pinned one or refuses the login key, and after
 *   `limitSeconds` with ssh's last words when it does not answer
 */
export async function awaitSsh(instance: StackInstance, limitSeconds: number): Promise<void> {
  const { container, ports } = instance.machine;
  const login = async (): Promise<true> => {
    try {
      await command(sshArguments(instance, ["true"]), { timeoutSeconds: 20 });
      return true;
    } catch (error) {
      const refusal = error instanceof LocalCommandError ? sshRefusal(instance, error.stderr) : undefined;
      throw refusal === undefined ? error : new Error(refusal);
    }
  };
  await waitUntil(login, {
    limitMs: limitSeconds * 1000,
    everyMs: 200,
    notYet: (error) => error instanceof LocalCommandError,
    late: (error) =>
      `${container}: no SSH answer on 127.0.0.1:${ports.ssh} within ${limitSeconds} s; look at \`docker logs ${container}\`. ${sentenceOf(error)}`,
  });
}

/** What to do about an answer of ssh that waiting does not change; undefined when waiting may help. Pure. */
export function sshRefusal(instance: StackInstance, stderr: string): string | undefined {
  const where = `${instance.machine.container} (127.0.0.1:${instance.machine.ports.ssh})`;
  if (/host key verification failed|host identification has changed/i.test(stderr)) {
    return `${where}: its SSH host key is not the one pinned in ${instance.machine.knownHosts}; if you replaced the machine yourself, remove that line, else find out who answers there`;
  }
  if (/permission denied/i.test(stderr)) {
    return `${where}: refuses the key ${instance.machine.privateKey}; the machine was created with another one. Put that key back, or remove the machine (./kaleem down) and create it again`;
  }
  return undefined;
}
