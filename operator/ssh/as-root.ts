/**
 * A command for a host, run as root: as it is for root, else through sudo, which must not ask. A host whose sudo asks was refused
 * by the preflight.
 */
export function asRoot(user: string, argv: readonly string[]): readonly string[] {
  return user === "root" ? argv : ["sudo", "--non-interactive", "--", ...argv];
}
