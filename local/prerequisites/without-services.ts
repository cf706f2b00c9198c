import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runCommand } from "../../workstation/run-command.ts";
import type { Machine } from "./machine.ts";
import { tools } from "./tools.ts";

/** The services of `packages` that nothing here wants, such as an SSH server that would be open to the network. */
export function unwantedServices(packages: readonly string[]): string[] {
  return tools.flatMap(({ debianPackage, unwantedServices: services = [] }) =>
    packages.includes(debianPackage) ? services : [],
  );
}

/**
 * Does `work`, in which apt installs packages, without their `services` being started, and has systemd not start them at
 * the next boot either. By Debian's policy-rc.d(8), which package scripts ask; a machine that has one of its own keeps it.
 * @throws Error when systemd does not disable them
 */
export async function withoutServices(
  services: readonly string[],
  machine: Machine,
  work: () => Promise<void>,
): Promise<void> {
  const policy = join(machine.fileRoot, "usr/sbin/policy-rc.d");
  const ours = !existsSync(policy);
  if (ours) {
    mkdirSync(dirname(policy), { recursive: true });
    writeFileSync(policy, policyScript(services, process.pid), { mode: 0o755 });
  }
  try {
    await work();
  } finally {
    if (ours) rmSync(policy);
  }
  if (!machine.hasSystemd) return;
  const { environment } = machine;
  const disabled = await runCommand(["systemctl", "disable", "--now", "--quiet", ...services], {
    environment,
  });
  if (disabled.code !== 0) {
    throw new Error(`systemctl disable ${services.join(" ")} failed: ${disabled.stderr.trim()}`);
  }
}

/** Allows nothing only while the process that wrote it lives: one that was killed leaves a script that allows all. */
function policyScript(services: readonly string[], process: number): string {
  const names = services.flatMap((service) => [service, service.replace(/\..*$/, "")]);
  return `#!/bin/sh
# Written for one run of apt-get, and removed after it: these services are not wanted.
kill -0 ${process} 2>/dev/null || exit 0
case "$1" in ${[...new Set(names)].join("|")}) exit 101 ;; esac
exit 0
`;
}
