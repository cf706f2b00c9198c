import { readFile } from "node:fs/promises";
import path from "node:path";
import { pinHostKey } from "../../operator/ssh/known-hosts.ts";
import { knownHostsPattern } from "../../operator/ssh/ssh-target.ts";
import { docker, inspect } from "../images/docker.ts";
import { LocalCommandError } from "../images/command.ts";
import type { StackInstance } from "../instance.ts";
import { machineState } from "./machine-state.ts";

/**
 * Loses the stack's machine with its disks, in the middle of whatever it does: SIGKILL to everything in it at once, then
 * its volumes. Leaves no container, volume, mount, loop device or cgroup. True when there was a machine.
 * @throws LocalCommandError when something of it is still held, naming it
 */
export async function destroyMachine(instance: StackInstance): Promise<boolean> {
  const { container, knownHosts, ports } = instance.machine;
  const state = await machineState(instance);
  if (state !== "absent") {
    // Together: what is frozen inside only dies once it is thawed, and the kill waits for it.
    const [killed, buried] = await Promise.allSettled([
      state === "running" || state === "paused" ? kill(container) : Promise.resolve(),
      bury(container),
    ]);
    if (buried.status === "rejected") throw buried.reason;
    if (killed.status === "rejected") throw killed.reason;
    await docker(["rm", "--force", "--volumes", container]);
  }
  await pinHostKey(knownHosts, knownHostsPattern({ address: "127.0.0.1", port: ports.ssh }), undefined);
  return state !== "absent";
}

async function kill(container: string): Promise<void> {
  try {
    await docker(["kill", container]);
  } catch (error) {
    // It may have ended by itself meanwhile, which is as good.
    if (!(error instanceof LocalCommandError) || !/is not running/i.test(error.stderr)) throw error;
  }
}

async function bury(container: string): Promise<void> {
  const image = await inspect("container", container, "{{.Image}}");
  if (image === undefined) return;
  const rights = ["seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined"];
  await docker(
    [
      ...["run", "--rm", "--interactive", "--network", "none", "--volumes-from", container],
      ...["--cap-add", "ALL", "--cap-drop", "SYS_RESOURCE", "--device-cgroup-rule", "a *:* rwm"],
      ...rights.flatMap((option) => ["--security-opt", option]),
      ...["--cgroupns", "host", "--volume", "/sys/fs/cgroup:/sys/fs/cgroup:rw"],
      ...[image, "sh", "-s"],
    ],
    { input: await readFile(path.join(import.meta.dirname, "bury-machine.sh")), timeoutSeconds: 60 },
  );
}
