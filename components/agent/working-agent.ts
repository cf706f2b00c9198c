/**
 * The resources, by name, that the agent component of this name has to have made before its program can work on a host without services:
 * itself, its configuration, and what opens both repositories.
 */
export function workingAgent(name: string): readonly string[] {
  const files = ["command", "config", "restic-password", "offsite-credentials"];
  return [`${name}-program`, ...files.map((role) => `${name}-${role}-content`)];
}
