import path from "node:path";
import { type DebianRootfs, makeDebianRootfs } from "../debian-rootfs.ts";
import type { ImageRecipe } from "../recipe.ts";

/** What a provider's Debian image has, and what the baseline would otherwise have to fetch for each new machine. */
const rootfs: DebianRootfs = {
  suite: "trixie",
  variant: "apt",
  packages: [
    ...["systemd", "systemd-sysv", "systemd-timesyncd", "dbus", "openssh-server", "unattended-upgrades"],
    ...["docker.io", "docker-cli", "nftables", "iptables", "iproute2", "kmod", "procps"],
    ...["xfsprogs", "restic", "nodejs", "ca-certificates", "openssl", "util-linux", "debian-archive-keyring"],
    "debsums",
  ],
  overlays: [path.join(import.meta.dirname, "rootfs")],
  finish: [
    // Each machine makes its own on its first boot; shared ones would let anyone with the image pose as the host.
    'rm -f "$1"/etc/ssh/ssh_host_* "$1"/var/lib/dbus/machine-id',
    ': > "$1/etc/machine-id"',
    'chroot "$1" systemctl enable --quiet loop-nodes.service',
    // There is no console to log in at, and Docker owns /etc/resolv.conf and /etc/hosts.
    'chroot "$1" systemctl mask --quiet console-getty.service getty@.service getty.target',
  ],
  version: { ofPackage: "base-files" },
};

/** The emulated machine: Debian trixie with systemd, sshd (keys only) and Docker. */
export const machineImage: ImageRecipe = {
  name: "machine",
  from: "Debian trixie packages",
  inputs: () => [
    JSON.stringify({ ...rootfs, overlays: [] }),
    { directory: path.join(import.meta.dirname, "rootfs") },
  ],
  config: [
    "ENV container=docker",
    "VOLUME /var/lib/docker",
    "VOLUME /var/lib/kaleem",
    "VOLUME /var/backups",
    'CMD ["/usr/local/sbin/boot"]',
  ],
  build: (directory, report) => makeDebianRootfs(rootfs, directory, report),
};
