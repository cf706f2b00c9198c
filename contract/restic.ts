/** The oldest restic that the agent works with: 0.18 is what it was tried with; before 0.17 restic tells neither sizes nor exit codes. */
export const oldestRestic = "0.18.0";

/** Which restic a host runs: its distribution's, or one that is brought along for its architecture. */
export const resticSources = ["distribution", "linux-amd64", "linux-arm64"] as const;
export type ResticSource = (typeof resticSources)[number];

/** Whether a restic of that version will do; false for a text that is no version. */
export function isResticNewEnough(version: string): boolean {
  const found = /^(\d+)\.(\d+)/.exec(version);
  if (found === null) return false;
  const [major, minor] = [Number(found[1]), Number(found[2])];
  const [leastMajor = 0, leastMinor = 0] = oldestRestic.split(".").map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
