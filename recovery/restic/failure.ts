import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";

/** Why restic failed, in terms of what to do about it. */
export type FailureKind =
  | "no-repository"
  | "locked"
  | "wrong-password"
  | "incomplete"
  | "disk-full"
  | "unreachable"
  | "refused"
  | "other";

/**
 * Tells failures apart. restic has exit codes of its own only since 0.17 (10 none, 11 locked, 12 wrong password), and Debian 12
 * ships 0.14: there only the words tell. Exit code 3 means that some source could not be read, and is a failure for us.
 */
export function failureKind(exitCode: number | null, stderr: string): FailureKind {
  if (/no space left on device|disk quota exceeded/i.test(stderr)) return "disk-full";
  if (exitCode === 10) return "no-repository";
  if (exitCode === 11 || /unable to create lock|already locked/i.test(stderr)) return "locked";
  if (exitCode === 12 || /wrong password or no key found/i.test(stderr)) return "wrong-password";
  if (exitCode === 3) return "incomplete";
  if (/access denied|AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|403 Forbidden/i.test(stderr))
    return "refused";
  if (/connection refused|no such host|i\/o timeout|network is unreachable|TLS handshake/i.test(stderr))
    return "unreachable";
  if (
    /is there a repository at the following location|unable to open config file|repository does not exist/i.test(
      stderr,
    )
  ) {
    return "no-repository";
  }
  return "other";
}

/** One sentence about a failure, with what to do. `where` names the repository without secrets. */
export function resticFailure(
  action: string,
  where: string,
  exitCode: number | null,
  stderr: string,
): RecoveryError {
  const kind = failureKind(exitCode, stderr);
  const what = `restic ${action}, repository ${where}`;
  switch (kind) {
    case "no-repository":
      return new RecoveryError(
        exitCodes.noRepository,
        `${what}: there is no repository there. Founding a lineage, a point or a shipping makes it.`,
      );
    case "wrong-password":
      return new RecoveryError(
        exitCodes.wrongPassword,
        `${what}: the repository password is wrong: use the restic-password that this repository was made with.`,
      );
    case "locked":
      return new RecoveryError(
        exitCodes.busy,
        `${what}: another restic holds it: wait, or remove locks of dead processes with \`restic unlock\`.`,
      );
    case "incomplete":
      return new RecoveryError(
        exitCodes.failed,
        `${what}: some files could not be read: ${lastLines(stderr)}`,
      );
    case "disk-full":
      return new RecoveryError(exitCodes.diskFull, `${what}: no space left: ${lastLines(stderr)}`);
    case "unreachable":
      return new RecoveryError(
        exitCodes.offsiteUnreachable,
        `${what}: it does not answer: ${lastLines(stderr)}`,
      );
    case "refused":
      return new RecoveryError(
        exitCodes.offsiteRefused,
        `${what}: access is refused: check the key pair and its rights.`,
      );
    case "other": {
      const how = exitCode === null ? "was stopped" : `failed with exit code ${exitCode}`;
      return new RecoveryError(exitCodes.failed, `${what} ${how}: ${lastLines(stderr)}`);
    }
    default: {
      const never: never = kind;
      return never;
    }
  }
}

function lastLines(stderr: string): string {
  return stderr
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith('{"message_type"'))
    .slice(-4)
    .join(" / ")
    .slice(-1000);
}
