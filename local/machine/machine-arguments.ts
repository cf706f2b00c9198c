import type { StackInstance } from "../instance.ts";

/** What this machine's Docker can do, as far as the emulated machine depends on it. */
export interface DockerHost {
  readonly cgroup: 1 | 2;
  /** Such as 20 or 28. */
  readonly majorVersion: number;
}

/** Memory that the emulated machine may take. Enough for the platform; its page cache counts too. */
const memory = "6g";

/**
 * The arguments of `docker create` for an emulated machine. Pure.
 * Not `--privileged`: it fails where the outer machine itself lacks CAP_SYS_RESOURCE, so that one is left out.
 */
export function machineArguments(
  instance: StackInstance,
  image: string,
  host: DockerHost,
): readonly string[] {
  const { machine, cloud } = instance;
  const published: readonly (readonly [number, number])[] = [
    [machine.ports.ssh, 22],
    [machine.ports.http, 80],
    [machine.ports.https, 443],
  ];
  return [
    ...["--name", machine.container, "--hostname", machine.hostname, "--network", cloud.network],
    ...Object.entries(machine.labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
    ...published.flatMap(([outer, inner]) => ["--publish", `127.0.0.1:${outer}:${inner}`]),
    ...["--cap-add", "ALL", "--cap-drop", "SYS_RESOURCE"],
    ...["seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined"].flatMap((option) => [
      "--security-opt",
      option,
    ]),
    ...["--device-cgroup-rule", "a *:* rwm"],
    ...cgroupArguments(host),
    ...["--tmpfs", "/run:exec", "--tmpfs", "/run/lock"],
    ...["--stop-signal", "SIGRTMIN+3", "--stop-timeout", "60"],
    // Anonymous volumes hold /var/lib/docker, /var/lib/kaleem and /var/backups (see the image): they go with the machine.
    ...["--memory", memory, "--memory-swap", memory],
    ...["--restart", "unless-stopped"],
    image,
  ];
}

/**
 * systemd must be able to write its cgroup tree. With v1 it shares the machine's; with v2 it has a namespace of its own,
 * writable by an option since Docker 28, and before that remounted by the image's first process.
 */
function cgroupArguments(host: DockerHost): readonly string[] {
  if (host.cgroup === 1) return ["--cgroupns", "host", "--volume", "/sys/fs/cgroup:/sys/fs/cgroup:rw"];
  return host.majorVersion >= 28
    ? ["--cgroupns", "private", "--security-opt", "writable-cgroups=true"]
    : ["--cgroupns", "private"];
}
