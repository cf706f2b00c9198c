import type { SshConnection } from "./ssh-connection.ts";

declare module "ssh2" {
  interface Client {
    /** Documented by ssh2, missing from its types: an SFTP session with variables, each of which must be accepted. */
    sftp(
      environment: Readonly<Record<string, string>>,
      callback: (error: Error | undefined, session: SFTPWrapper) => void,
    ): this;
  }
}

/**
 * Which of the variables the host refuses (sshd: `AcceptEnv`). ssh2 does not ask for an answer when it sets the
 * variables of a command, but it does for those of an SFTP session: so one short session is opened per variable.
 */
export async function refusedVariables(
  connection: SshConnection,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const refused: string[] = [];
  for (const name of names) {
    if (!(await connection.guard(accepts(connection, name), signal))) refused.push(name);
  }
  return refused;
}

function accepts(connection: SshConnection, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    // The value stays out: only the name decides.
    connection.client.sftp({ [name]: "" }, (error, session) => {
      // Any other failure comes after the variable was accepted: a host need not offer SFTP for that.
      if (error !== undefined) resolve(!/unable to set environment/i.test(error.message));
      else {
        session.end();
        resolve(true);
      }
    });
  });
}
