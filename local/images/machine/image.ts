import path from "node:path";
import type { Suite } from "../debian-mirrors.ts";
import { type DebianRootfs, makeDebianRootfs } from "../debian-rootfs.ts";
import type { ImageRecipe } from "../recipe.ts";

/** What every provider's Debian image has. */
const system = [
  "systemd",
  "systemd-sysv",
  "systemd-timesyncd",
  "dbus",
  "openssh-server",
  "unattended-upgrades",
];
const overlay = path.join(import.meta.dirname, "rootfs");

const finish = [
  // Each machine makes its own on its first boot; shared ones would let anyone with the image pose as the host.
  'rm -f "$1"/etc/ssh/ssh_host_* "$1"/var/lib/dbus/machine-id',
  ': > "$1/etc/machine-id"',
  'chroot "$1" systemctl enable --quiet loop-nodes.service',
  // There is no console to log in at, and Docker owns /etc/resolv.conf and /etc/hosts.
  'chroot "$1" systemctl mask --quiet console-getty.service getty@.service getty.target',
];

/** What a provider's Debian image has, and what the baseline would otherwise have to fetch for each new machine. */
const rootfs: DebianRootfs = {
  suite: "trixie",
  variant: "apt",
  packages: [
    ...system,
    ...["docker.io", "docker-cli", "nftables", "iptables", "iproute2", "kmod", "procps"],
    ...["xfsprogs", "restic", "nodejs", "ca-certificates", "openssl", "util-linux", "debian-archive-keyring"],
    "debsums",
  ],
  overlays: [overlay],
  finish,
  version: { ofPackage: "base-files" },
};

/** What a provider's image has and no more: no Docker, no Node.js, no restic. */
const bare = (suite: Suite, ...overlays: readonly string[]): DebianRootfs => ({
  suite,
  variant: "apt",
  packages: [...system, "sudo", "iproute2", "kmod", "procps", "debian-archive-keyring"],
  overlays: [overlay, ...overlays],
  finish,
  version: { ofPackage: "base-files" },
});

/** The emulated machine: Debian trixie with systemd, sshd (keys only) and Docker. */
export const machineImage = machine("machine", "Debian trixie packages", rootfs);

/** Emulated machines that start with nothing but systemd, sshd (keys only) and sudo: Debian 12 and 13. */
export const bareMachineImages = {
  12: machine(
    "bare-machine-12",
    "Debian bookworm packages",
    bare("bookworm", path.join(import.meta.dirname, "bookworm")),
  ),
  13: machine("bare-machine-13", "Debian trixie packages", bare("trixie")),
} as const;

function machine(name: string, from: string, files: DebianRootfs): ImageRecipe {
  return {
    name,
    from,
    inputs: () => [
      JSON.stringify({ ...files, overlays: [] }),
      ...(files.overlays ?? []).map((directory) => ({ directory })),
    ],
    config: [
      "ENV container=docker",
      "VOLUME /var/lib/docker",
      "VOLUME /var/lib/kaleem",
      "VOLUME /var/backups",
      'CMD ["/usr/local/sbin/boot"]',
    ],
    build: (directory, report) => makeDebianRootfs(files, directory, report),
  };
}
