/** A thing that must be on the machine, and the Debian package that brings it. */
export interface Tool {
  /** A command on PATH, or (with a slash) a file. */
  readonly needs: string;
  readonly debianPackage: string;
  readonly purpose: string;
}

/** Everything that the launcher runs or reads and does not bring along itself. */
export const tools: readonly Tool[] = [
  { needs: "docker", debianPackage: "docker.io", purpose: "runs the emulated machine and its cloud" },
  { needs: "ssh", debianPackage: "openssh-client", purpose: "reaches the emulated machine" },
  { needs: "ssh-keygen", debianPackage: "openssh-client", purpose: "makes its keys" },
  { needs: "git", debianPackage: "git", purpose: "names the version that is deployed" },
  { needs: "mmdebstrap", debianPackage: "mmdebstrap", purpose: "makes its images" },
  {
    needs: "usr/share/keyrings/debian-archive-keyring.gpg",
    debianPackage: "debian-archive-keyring",
    purpose: "checks the packages in those images",
  },
];
