import { chmod, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { repositoryRoot } from "../../../workstation/repository.ts";
import { bundleInputs } from "../bundle-program.ts";
import { buildApp } from "../../app/build.ts";
import { type DebianRootfs, makeDebianRootfs } from "../debian-rootfs.ts";
import type { ImageRecipe } from "../recipe.ts";

const app = path.join(repositoryRoot, "local/app");

const rootfs: DebianRootfs = {
  suite: "trixie",
  variant: "essential",
  packages: ["nodejs", "ca-certificates"],
  finish: [
    `echo 'node:x:1000:1000::/home/node:/usr/sbin/nologin' >> "$1/etc/passwd"`,
    `echo 'node:x:1000:' >> "$1/etc/group"`,
    'install -d -o 1000 -g 1000 "$1/home/node"',
  ],
  version: { ofPackage: "nodejs" },
};

/** The sample application on Debian's Node; its first argument chooses the role. Made here always: it has no upstream. */
export const apiImage: ImageRecipe = {
  name: "api",
  from: "local/app and Debian trixie's nodejs",
  inputs: () => [JSON.stringify(rootfs), { directory: app }, ...bundleInputs],
  config: [
    "ENV NODE_ENV=production",
    "USER 1000:1000",
    "WORKDIR /home/node",
    "EXPOSE 3000",
    'ENTRYPOINT ["node", "/app/server.mjs"]',
  ],
  async build(directory, report) {
    report("bundles the app");
    const built = path.join(directory, "built");
    await mkdir(path.join(built, "app"), { recursive: true });
    await chmod(built, 0o755);
    await buildApp(path.join(built, "app"));
    await makeDebianRootfs({ ...rootfs, overlays: [built] }, directory, report);
    await rm(built, { recursive: true });
  },
};
