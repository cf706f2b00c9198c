import { chmod, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { makeDebianRootfs } from "./debian-rootfs.ts";
import { goBuild, type GoBuild } from "./go-build.ts";

/** An image of static commands and a busybox, for servers that have no Debian package. */
export interface StaticImage {
  /** Modules that the commands come from: two in one would have to agree on what both depend on. */
  readonly go: readonly GoBuild[];
  /** Folders laid over the result, `/etc/passwd` among their files. */
  readonly overlays: readonly string[];
  /** Directory of the server's data and its owner, `uid:gid`. */
  readonly data: { readonly directory: string; readonly owner: string };
  readonly version: string;
}

/** Fills `directory` with the image's `rootfs.tar` and `version`; its commands are in /usr/local/bin. */
export async function makeStaticImage(
  image: StaticImage,
  directory: string,
  report: (detail: string) => void,
): Promise<void> {
  const built = path.join(directory, "built");
  await mkdir(path.join(built, "usr/local/bin"), { recursive: true });
  await chmod(built, 0o755);
  for (const module of image.go) await goBuild(module, path.join(built, "usr/local/bin"), report);
  const data = `"$1${image.data.directory}"`;
  await makeDebianRootfs(
    {
      suite: "trixie",
      variant: "extract",
      packages: ["busybox-static"],
      overlays: [...image.overlays, built],
      finish: [
        'mkdir -p "$1/bin" "$1/run" "$1/root"',
        'chroot "$1" /usr/bin/busybox --install -s /bin',
        `mkdir -p ${data} && chown ${image.data.owner} ${data}`,
      ],
      version: { is: image.version },
    },
    directory,
    report,
  );
  await rm(built, { recursive: true });
}
