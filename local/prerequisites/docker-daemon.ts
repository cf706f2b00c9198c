import { findOnPath } from "../../workstation/find-on-path.ts";
import { runCommand } from "../../workstation/run-command.ts";
import type { Machine } from "./machine.ts";

/** What stands behind `docker`, the client, which may be installed without any daemon. */
export type DaemonState =
  | { readonly kind: "answers"; readonly version: string }
  | { readonly kind: "denied"; readonly message: string }
  | { readonly kind: "silent"; readonly message: string; readonly installed: boolean }
  | { readonly kind: "no client" }
  /** Nothing that is wanted needs it. */
  | { readonly kind: "not asked" };

/** Asks the daemon for its version (some 30 ms). */
export async function probeDaemon(machine: Machine): Promise<DaemonState> {
  if (findOnPath("docker", machine.environment) === undefined) return { kind: "no client" };
  const asked = await runCommand(["docker", "version", "--format", "{{.Server.Version}}"], {
    environment: machine.environment,
  });
  const version = asked.stdout.trim();
  if (asked.code === 0 && version !== "") return { kind: "answers", version };
  const message = asked.stderr.trim().split("\n").at(-1) ?? "";
  if (/permission denied/i.test(message)) return { kind: "denied", message };
  return { kind: "silent", message, installed: findOnPath("dockerd", machine.environment) !== undefined };
}
