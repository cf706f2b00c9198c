import { quote } from "../text/shell.ts";
import type { SshHost } from "./ssh-host.ts";

/** Said by the first command on a host whose user may not do what root may. */
const refusal = (user: string): string =>
  `host: ${user} may not run everything by sudo without a password; put "${user} ALL=(ALL) NOPASSWD:ALL" into a file below ` +
  "/etc/sudoers.d, or log in as root (kaleem:host, user)";

/**
 * A command line of the host's shell, with root's rights whoever logs in. Every command that the platform runs on a host
 * goes through this. The line is one plain command, without `&&`, `|` or redirections: those would not have the rights.
 */
export function rootLine(host: Pick<SshHost, "user">, line: string): string {
  return host.user === "root" ? line : `sudo -n -- ${line}`;
}

/** The same for a line of several commands. */
export function rootShell(host: Pick<SshHost, "user">, line: string): string {
  return host.user === "root" ? line : rootLine(host, `sh -c ${quote(line)}`);
}

/** The same for the first command on a host: says in one sentence when sudo is missing, asks, or does not allow everything. */
export function firstRootLine(host: Pick<SshHost, "user">, line: string): string {
  if (host.user === "root") return line;
  return `sudo -n -- true 2>/dev/null || { echo ${quote(refusal(host.user))} >&2; exit 1; }; ${rootLine(host, line)}`;
}
