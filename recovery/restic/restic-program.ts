import { existsSync } from "node:fs";
import { layout } from "../../contract/layout.ts";
import type { HostPort } from "../host/host-port.ts";

/** The restic of this host, as its agent runs it. */
export interface HostRestic {
  /** Such as `0.18.1`. */
  readonly version: string;
  readonly from: "distribution" | "brought along";
}

/** The one that was brought along where there is one, else the distribution's. @param brought where the former would be */
export function resticProgram(brought: string = layout.restic): string {
  return existsSync(brought) ? brought : "restic";
}

/** Asks the host's restic what it is. @throws Error when there is none, or it says no version */
export async function hostRestic(
  host: Pick<HostPort, "run">,
  brought: string = layout.restic,
): Promise<HostRestic> {
  const program = resticProgram(brought);
  const said = await host.run([program, "version"], { timeoutMs: 20_000 });
  const version = /^restic (\d+(?:\.\d+)+)/.exec(said)?.[1];
  if (version === undefined) throw new Error(`${program} version: expected its version, got ${said.trim()}`);
  return { version, from: program === brought ? "brought along" : "distribution" };
}
