import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { command } from "../command.ts";
import { makeDebianRootfs } from "../debian-rootfs.ts";
import { imageFiles, imageKey } from "../local-image.ts";
import type { ImageRecipe } from "../recipe.ts";
import { s3Image } from "../s3/image.ts";

const client = {
  suite: "trixie",
  variant: "extract",
  packages: ["busybox-static", "minio-client"],
  finish: [
    // The links to /usr come with a package that nothing here depends on.
    'for name in lib lib64; do test -e "$1/$name" || ln -s "usr/$name" "$1/$name"; done',
    'mkdir -p "$1/bin" "$1/run" "$1/root"',
    'chroot "$1" /usr/bin/busybox --install -s /bin',
    // Upstream's name of it.
    'ln -s /usr/bin/minio-client "$1/usr/local/bin/mc"',
    'install -d -m 1777 "$1/tmp"',
    'install -d -o 1000 -g 1000 "$1/data"',
  ],
} as const;

/** The server of the off-site bucket's image, compiled once for both, with the client that upstream's image has beside it. */
export const minioImage: ImageRecipe = {
  name: "minio",
  from: "the S3 server's image and Debian's minio-client",
  inputs: () => [imageKey(s3Image), JSON.stringify(client)],
  config: [
    "ENV PATH=/usr/local/bin:/usr/bin:/bin",
    "EXPOSE 9000",
    'CMD ["minio", "server", "--address", ":9000", "/data"]',
  ],
  async build(directory, report) {
    const server = await imageFiles(s3Image, report);
    const files = path.join(directory, "server");
    await mkdir(files, { mode: 0o755 });
    const wanted = ["./usr/local/bin/minio", "./etc/passwd", "./etc/group"];
    await command(["tar", "-C", files, "-xf", path.join(server, "rootfs.tar"), ...wanted]);
    const version = { is: (await readFile(path.join(server, "version"), "utf8")).trim() };
    await makeDebianRootfs({ ...client, overlays: [files], version }, directory, report);
    await rm(files, { recursive: true });
  },
};
