import { isResticNewEnough, type ResticSource } from "../../contract/restic.ts";
import type { MachineView } from "./machine-view.ts";

const targets = new Map<string, Exclude<ResticSource, "distribution">>([
  ["x86_64", "linux-amd64"],
  ["aarch64", "linux-arm64"],
]);

/** The restic for a machine, by the name that `uname -m` has for it; undefined for one that none is brought along to. */
export function resticTarget(architecture: string): Exclude<ResticSource, "distribution"> | undefined {
  return targets.get(architecture);
}

/** Which restic a machine has to be given; undefined when it could not tell what its distribution has. Pure. */
export function resticWanted({
  architecture,
  restic,
  resticOffered,
}: Pick<MachineView, "architecture" | "restic" | "resticOffered">): ResticSource | undefined {
  const known = [restic, resticOffered].filter((version) => version !== undefined);
  if (known.some(isResticNewEnough)) return "distribution";
  return known.length === 0 ? undefined : resticTarget(architecture);
}
