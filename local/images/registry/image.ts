import path from "node:path";
import { type DebianRootfs, makeDebianRootfs } from "../debian-rootfs.ts";
import type { ImageRecipe } from "../recipe.ts";

const rootfs: DebianRootfs = {
  suite: "trixie",
  variant: "essential",
  packages: ["docker-registry"],
  finish: ['install -d -o 1000 -g 1000 "$1/data"'],
  version: { ofPackage: "docker-registry" },
};

/** Debian's image registry: what gives the stand-in images a digest. */
export const registryImage: ImageRecipe = {
  name: "registry",
  from: "Debian trixie packages",
  inputs: () => [JSON.stringify(rootfs), { directory: path.join(import.meta.dirname, "rootfs") }],
  config: [
    "USER 1000:1000",
    "VOLUME /data",
    "EXPOSE 5000",
    'CMD ["docker-registry", "serve", "/etc/kaleem/registry.yml"]',
  ],
  build: (directory, report) =>
    makeDebianRootfs({ ...rootfs, overlays: [path.join(import.meta.dirname, "rootfs")] }, directory, report),
};
