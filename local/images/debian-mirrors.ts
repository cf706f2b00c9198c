import { command, LocalCommandError } from "./command.ts";

/** A Debian release, by the name that its mirrors have for it. */
export type Suite = "bookworm" | "trixie" | "forky";

/**
 * The sources.list lines for a Debian suite, on the mirrors that this machine's own apt uses. Empty where apt is missing
 * or knows no Debian mirror: mmdebstrap then takes its default.
 */
export async function debianMirrors(suite: Suite): Promise<readonly string[]> {
  try {
    const format = "$(ORIGIN) $(LABEL) $(REPO_URI)";
    const targets = await command(["apt-get", "indextargets", "--format", format, "Created-By: Packages"]);
    return sourcesFor(suite, targets);
  } catch (error) {
    if (error instanceof LocalCommandError) return [];
    throw error;
  }
}

/**
 * Picks the archive and security mirrors out of `apt-get indextargets` lines (`<origin> <label> <uri>`). Pure.
 * forky gets no security line: testing has its fixes by migration, and its images are rebuilt, not upgraded.
 */
export function sourcesFor(suite: Suite, targets: string): readonly string[] {
  const archive = /^Debian Debian (\S+)$/m.exec(targets)?.[1];
  const security = /^Debian Debian-Security (\S+)$/m.exec(targets)?.[1];
  if (archive === undefined) return [];
  if (suite === "forky") return [`deb ${archive} forky main`];
  return [
    `deb ${archive} ${suite} main`,
    `deb ${archive} ${suite}-updates main`,
    ...(security === undefined ? [] : [`deb ${security} ${suite}-security main`]),
  ];
}
