import { waitUntil } from "../../contract/wait-until.ts";
import { pinHostKey, knownKey } from "../../operator/ssh/known-hosts.ts";
import { knownHostsPattern } from "../../operator/ssh/ssh-target.ts";
import { readIfThere } from "../../workstation/read-if-there.ts";
import { ensureNetwork } from "../cloud/network.ts";
import { docker } from "../images/docker.ts";
import { fileArchive } from "../images/file-archive.ts";
import { command, LocalCommandError } from "../images/command.ts";
import { localImage } from "../images/local-image.ts";
import { machineImage } from "../images/machine/image.ts";
import type { ImageRecipe } from "../images/recipe.ts";
import type { StackInstance } from "../instance.ts";
import type { Progress } from "../../workstation/progress.ts";
import { awaitSsh, sshArguments } from "./await-ssh.ts";
import { type DockerHost, machineArguments } from "./machine-arguments.ts";
import { refuseTakenPorts } from "./port-clash.ts";
import { machineState } from "./machine-state.ts";

/** An emulated machine that answers. */
export interface EmulatedMachine {
  readonly address: "127.0.0.1";
  /** Of sshd, on `address`. */
  readonly port: number;
  /** `ssh-ed25519 AAAA…`, pinned in the stack's known_hosts. */
  readonly hostKey: string;
  readonly knownHostsFile: string;
  readonly change: "created" | "started" | "unchanged";
}

export interface MachineOptions {
  /** The public half of `instance.machine.privateKey`. */
  readonly authorizedKey: string;
  /** What a machine that is not there yet is made of. @default Debian trixie with Docker */
  readonly recipe?: ImageRecipe;
}

/** From power-on to a finished boot; 3 s is usual. */
const bootLimitSeconds = 120;

/**
 * Makes sure that the stack's emulated machine is there and that root can log in with the key of the stack's folder.
 * An existing machine is never replaced, whatever image made it: it holds data. A stopped one is started.
 * @throws Error when a port is taken, the machine does not boot, has another host key than the pinned one, or refuses the key
 */
export async function createMachine(
  instance: StackInstance,
  options: MachineOptions,
  progress: Progress,
): Promise<EmulatedMachine> {
  const state = await machineState(instance);
  const change = state === "absent" ? "created" : state === "running" ? "unchanged" : "started";
  if (state === "absent") await buildMachine(instance, options, progress);
  if (change === "unchanged") return connect(instance, change);
  return progress.step(`emulated machine ${instance.machine.container}`, async (report) => {
    report("boots");
    if (state === "paused") await docker(["unpause", instance.machine.container]);
    else await docker(["start", instance.machine.container]);
    const machine = await connect(instance, change);
    await awaitBoot(instance);
    report(`${change}, ssh on ${machine.address}:${machine.port}`);
    return machine;
  });
}

async function buildMachine(
  instance: StackInstance,
  { authorizedKey, recipe = machineImage }: MachineOptions,
  progress: Progress,
): Promise<void> {
  const { ports, container, knownHosts } = instance.machine;
  await refuseTakenPorts(`the emulated machine of stack "${instance.stack}"`, [
    { port: ports.ssh, purpose: "SSH" },
    { port: ports.http, purpose: "HTTP" },
    { port: ports.https, purpose: "HTTPS" },
  ]);
  const image = await localImage(recipe, progress);
  await ensureNetwork(instance.cloud);
  // Whatever was pinned belonged to a machine that is gone.
  await pinHostKey(knownHosts, knownHostsPattern({ address: "127.0.0.1", port: ports.ssh }), undefined);
  await docker(["create", ...machineArguments(instance, image.reference, await dockerHost())]);
  const keys = { name: "authorized_keys", content: `${authorizedKey.trim()}\n`, mode: 0o600, owner: 0 };
  try {
    await docker(["cp", "-", `${container}:/root/.ssh/`], { input: fileArchive([keys]) });
  } catch (error) {
    // Without its key nobody could ever log in: better no machine than that one.
    await docker(["rm", "--force", "--volumes", container]);
    throw error;
  }
}

async function dockerHost(): Promise<DockerHost> {
  const [cgroup, version] = (
    await docker(["info", "--format", "{{.CgroupVersion}} {{.ServerVersion}}"])
  ).split(" ");
  return { cgroup: cgroup === "2" ? 2 : 1, majorVersion: Number.parseInt(version ?? "", 10) };
}

/** The host key is taken through Docker, not over the network, once: from then on it is pinned. */
async function connect(instance: StackInstance, change: EmulatedMachine["change"]): Promise<EmulatedMachine> {
  const { knownHosts, ports } = instance.machine;
  const pattern = knownHostsPattern({ address: "127.0.0.1", port: ports.ssh });
  let hostKey = knownKey((await readIfThere(knownHosts)) ?? "", pattern);
  if (hostKey === undefined) {
    hostKey = await readHostKey(instance.machine.container);
    await pinHostKey(knownHosts, pattern, hostKey);
  }
  await awaitSsh(instance, bootLimitSeconds);
  return { address: "127.0.0.1", port: ports.ssh, hostKey, knownHostsFile: knownHosts, change };
}

async function readHostKey(container: string): Promise<string> {
  const file = "/etc/ssh/ssh_host_ed25519_key.pub";
  const key = async (): Promise<string | undefined> => {
    const line = await docker(["exec", container, "cat", file]);
    return line.startsWith("ssh-ed25519 ") ? line.split(" ").slice(0, 2).join(" ") : undefined;
  };
  return waitUntil(key, {
    limitMs: bootLimitSeconds * 1000,
    everyMs: 100,
    notYet: (error) => error instanceof LocalCommandError,
    late: (error) => error ?? `${container}: no Ed25519 key in ${file} after ${bootLimitSeconds} s`,
  });
}

/** systemd's own verdict. A machine with failed units is usable, and the baseline will say which part is not. */
async function awaitBoot(instance: StackInstance): Promise<void> {
  try {
    await command(sshArguments(instance, ["systemctl", "is-system-running", "--wait"]), {
      timeoutSeconds: bootLimitSeconds,
    });
  } catch (error) {
    if (!(error instanceof LocalCommandError)) throw error;
    const failed = await command(sshArguments(instance, ["systemctl", "--failed", "--plain", "--no-legend"]));
    throw new Error(
      `${instance.machine.container}: booted, but these units failed: ${failed === "" ? "none (it never finished)" : failed}`,
    );
  }
}
