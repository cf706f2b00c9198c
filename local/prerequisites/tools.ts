/** Who needs a tool: `up`, and those stages of the tests that start programs. */
export type Occasion = "up" | "unit" | "live" | "e2e";

/** A thing that must be on the machine, and the Debian package that brings it. */
export interface Tool {
  /** A command on PATH, or (with a slash) a file. */
  readonly needs: string;
  readonly debianPackage: string;
  readonly neededBy: readonly Occasion[];
  readonly purpose: string;
  /** Services that the package brings and that nothing here wants: they are not started, nor by the next boot. */
  readonly unwantedServices?: readonly string[];
}

const machines: readonly Occasion[] = ["up", "live", "e2e"];

/**
 * Everything that the launcher, the operator's commands and the tests start or read on this machine and do not bring along
 * themselves. A unit test holds it against the code: what is started anywhere stands here, or in one of the lists below.
 */
export const tools: readonly Tool[] = [
  {
    needs: "docker",
    debianPackage: "docker.io",
    neededBy: machines,
    purpose: "runs the emulated machine and its cloud",
  },
  {
    needs: "ssh",
    debianPackage: "openssh-client",
    neededBy: machines,
    purpose: "reaches the emulated machine",
  },
  {
    needs: "ssh-keygen",
    debianPackage: "openssh-client",
    neededBy: ["up", "unit", "live", "e2e"],
    purpose: "makes its keys",
  },
  {
    needs: "ssh-agent",
    debianPackage: "openssh-client",
    neededBy: ["up", "live"],
    purpose: "holds the key to log in with while the engine runs",
  },
  {
    needs: "ssh-add",
    debianPackage: "openssh-client",
    neededBy: ["up", "live"],
    purpose: "gives it that key",
  },
  {
    needs: "ssh-keyscan",
    debianPackage: "openssh-client",
    neededBy: machines,
    purpose: "shows the key of a new machine",
  },
  { needs: "mmdebstrap", debianPackage: "mmdebstrap", neededBy: machines, purpose: "makes its images" },
  {
    needs: "usr/share/keyrings/debian-archive-keyring.gpg",
    debianPackage: "debian-archive-keyring",
    neededBy: machines,
    purpose: "checks the packages in those images",
  },
  {
    needs: "ss",
    debianPackage: "iproute2",
    neededBy: machines,
    purpose: "tells who has a port that is wanted",
  },
  {
    needs: "openssl",
    debianPackage: "openssl",
    neededBy: ["unit", "live"],
    purpose: "makes the certificates that rules and the edge are tried with",
  },
  {
    needs: "git",
    debianPackage: "git",
    neededBy: ["unit", "live", "e2e"],
    purpose: "lists the files that what is quoted is held against, and makes an operator's checkout",
  },
  {
    needs: "bzip2",
    debianPackage: "bzip2",
    neededBy: ["unit"],
    purpose: "unpacks a restic that is brought along",
  },
  { needs: "pgrep", debianPackage: "procps", neededBy: ["unit"], purpose: "sees that no process is left" },
  {
    needs: "ps",
    debianPackage: "procps",
    neededBy: ["e2e"],
    purpose: "sees that no secret is on a command line",
  },
  {
    needs: "script",
    debianPackage: "bsdutils",
    neededBy: ["unit"],
    purpose: "gives the launcher a terminal",
  },
  {
    needs: "shellcheck",
    debianPackage: "shellcheck",
    neededBy: ["unit"],
    purpose: "checks the shell scripts",
  },
  { needs: "systemd-analyze", debianPackage: "systemd", neededBy: ["unit"], purpose: "checks the units" },
  {
    needs: "mkfs.xfs",
    debianPackage: "xfsprogs",
    neededBy: ["live"],
    purpose: "makes the file systems of copies",
  },
  { needs: "mount", debianPackage: "mount", neededBy: ["live"], purpose: "mounts them" },
  { needs: "umount", debianPackage: "mount", neededBy: ["live"], purpose: "unmounts them" },
  {
    needs: "losetup",
    debianPackage: "mount",
    neededBy: ["live"],
    purpose: "sees that no loop device is left",
  },
  { needs: "restic", debianPackage: "restic", neededBy: ["live"], purpose: "keeps the recovery points" },
  {
    needs: "usr/sbin/sshd",
    debianPackage: "openssh-server",
    neededBy: ["live", "e2e"],
    purpose: "is the host that refuses a key, on a loopback port of its own",
    unwantedServices: ["ssh.service", "ssh.socket"],
  },
];

/** Programs that no Debian system is without: their packages are essential. Package → programs. */
export const essentialPrograms: Readonly<Record<string, readonly string[]>> = {
  apt: ["apt-cache", "apt-get"],
  bash: ["bash"],
  coreutils: [
    ...[
      "basename",
      "cat",
      "chmod",
      "chown",
      "chroot",
      "cp",
      "dirname",
      "du",
      "env",
      "head",
      "install",
      "ln",
      "mkdir",
      "mkfifo",
      "mknod",
      "mktemp",
      "mv",
    ],
    ...["printf", "rm", "seq", "sleep", "sort", "stat", "sync", "touch", "true", "truncate"],
  ],
  dash: ["sh"],
  diffutils: ["cmp"],
  dpkg: ["dpkg-deb", "dpkg-query"],
  findutils: ["find"],
  grep: ["grep"],
  "perl-base": ["perl"],
  sed: ["sed"],
  tar: ["tar"],
  "util-linux": ["flock", "mountpoint", "nsenter", "setpriv", "unshare"],
};

/**
 * Programs that are looked for when they are needed, each with a sentence of its own when it is not there: they come
 * with Docker, with Node.js, or are not in every Debian in the version that is needed.
 */
export const lookedForWhenNeeded: readonly string[] = ["dockerd", "go", "npm", "pulumi"];
