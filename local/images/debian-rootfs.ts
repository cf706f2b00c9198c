import path from "node:path";
import { command } from "./command.ts";
import { debianMirrors, type Suite } from "./debian-mirrors.ts";

/** A Debian file system to be made by mmdebstrap. */
export interface DebianRootfs {
  /** `forky` only for applications: its systemd does not boot where cgroups are v1. */
  readonly suite: Suite;
  /**
   * `apt` has a package manager inside, `essential` is the least that packages install into; `extract` has the
   * packages' files and nothing else: no installation scripts run.
   */
  readonly variant: "apt" | "essential" | "extract";
  readonly packages: readonly string[];
  /** Folders laid over the result; executable where they are, owner root. */
  readonly overlays?: readonly string[];
  /** Shell lines run at the end outside the new system, whose root is `$1`. */
  readonly finish?: readonly string[];
  /** The package whose version is the image's, or that version itself. */
  readonly version: { readonly ofPackage: string } | { readonly is: string };
}

/** Left out of every image: nobody reads them there. */
const excluded = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/info/*", "/usr/share/locale/*"];

/** mmdebstrap's arguments. Pure; `directory` receives `rootfs.tar`, `version` and `packages`. */
export function mmdebstrapArguments(
  rootfs: DebianRootfs,
  directory: string,
  mirrors: readonly string[],
): readonly string[] {
  const hooks = [
    // Modes are ours, not the checkout's umask's.
    ...(rootfs.overlays ?? []).map(
      (folder) =>
        `tar -C '${folder}' --owner=0 --group=0 --mode=u+rw,go=rX -cf - . | tar -C "$1" --no-overwrite-dir -xf -`,
    ),
    ...(rootfs.finish ?? []),
    packagesHook(rootfs.variant, path.join(directory, "packages")),
    'rm -rf "$1"/var/log/*.log "$1"/var/log/apt "$1"/var/cache/debconf/*-old "$1"/etc/resolv.conf',
    "ofPackage" in rootfs.version
      ? `dpkg-query --admindir="$1/var/lib/dpkg" -W -f '\${Version}\n' ${rootfs.version.ofPackage} > '${path.join(directory, "version")}'`
      : `echo '${rootfs.version.is}' > '${path.join(directory, "version")}'`,
  ];
  return [
    "--mode=auto",
    `--variant=${rootfs.variant}`,
    `--include=${rootfs.packages.join(",")}`,
    '--aptopt=APT::Install-Recommends "false"',
    // forky's mirrors may carry a Release file past its date; signatures are still checked.
    ...(rootfs.suite === "forky" ? ['--aptopt=Acquire::Check-Valid-Until "false"'] : []),
    ...excluded.map((glob) => `--dpkgopt=path-exclude=${glob}`),
    // mmdebstrap ends an extraction before it would customize.
    ...hooks.map((hook) => `--${rootfs.variant === "extract" ? "extract" : "customize"}-hook=${hook}`),
    rootfs.suite,
    path.join(directory, "rootfs.tar"),
    ...mirrors,
  ];
}

/** Writes a line `name version` for each package; an extraction has no list of them, and has their files still. */
function packagesHook(variant: DebianRootfs["variant"], file: string): string {
  const format = "-W --showformat='${Package} ${Version}\\n'";
  return variant === "extract"
    ? `for deb in "$1"/var/cache/apt/archives/*.deb; do dpkg-deb ${format} "$deb"; done > '${file}'`
    : `dpkg-query --admindir="$1/var/lib/dpkg" ${format} > '${file}'`;
}

/**
 * Makes `rootfs.tar`, `version` and `packages` in `directory` from the machine's own Debian mirror.
 * @throws LocalCommandError when mmdebstrap is missing or fails
 */
export async function makeDebianRootfs(
  rootfs: DebianRootfs,
  directory: string,
  report: (detail: string) => void,
): Promise<void> {
  const mirrors = await debianMirrors(rootfs.suite);
  await command(["mmdebstrap", ...mmdebstrapArguments(rootfs, directory, mirrors)], {
    onLine: (line) => {
      if (line.startsWith("I: ")) report(line.slice(3).replace(/ in shell: .*|\.+$/, ""));
    },
  });
}
