import { chmod, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { bundleInputs } from "../bundle-program.ts";
import { type DebianRootfs, makeDebianRootfs } from "../debian-rootfs.ts";
import type { ImageRecipe } from "../recipe.ts";
import { buildQdrant } from "./build.ts";
import { version } from "./server/version.ts";

/** The user of upstream's unprivileged image, so that data written under either image is readable under the other. */
const uid = 1000;

const rootfs: DebianRootfs = {
  suite: "trixie",
  variant: "essential",
  packages: ["nodejs"],
  finish: [
    `echo 'qdrant:x:${uid}:${uid}::/qdrant:/usr/sbin/nologin' >> "$1/etc/passwd"`,
    `echo 'qdrant:x:${uid}:' >> "$1/etc/group"`,
    `install -d -o ${uid} -g ${uid} "$1/qdrant/storage" "$1/qdrant/snapshots"`,
    // Upstream's program is called so; the entry point of the definition starts it by this name.
    `printf '#!/bin/sh\\nexec node /qdrant/server.mjs "$@"\\n' > "$1/qdrant/qdrant"`,
    'chmod 0755 "$1/qdrant/qdrant"',
  ],
  version: { is: version },
};

/** Stand-in for Qdrant: its REST routes on Debian's Node. See README.md for what it does not do. */
export const qdrantImage: ImageRecipe = {
  name: "qdrant",
  from: "local/images/qdrant/server and Debian trixie's nodejs",
  inputs: () => [JSON.stringify(rootfs), { directory: import.meta.dirname }, ...bundleInputs],
  config: [
    `USER ${uid}:${uid}`,
    "WORKDIR /qdrant",
    "ENV TZ=Etc/UTC RUN_MODE=production NODE_ENV=production",
    "EXPOSE 6333",
    'CMD ["/qdrant/qdrant"]',
  ],
  async build(directory, report) {
    report("bundles the server");
    const built = path.join(directory, "built");
    await mkdir(path.join(built, "qdrant"), { recursive: true });
    await chmod(built, 0o755);
    await buildQdrant(path.join(built, "qdrant/server.mjs"));
    await makeDebianRootfs({ ...rootfs, overlays: [built] }, directory, report);
    await rm(built, { recursive: true });
  },
};
