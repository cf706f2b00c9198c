import { makeDebianRootfs, type DebianRootfs } from "../debian-rootfs.ts";
import type { ImageRecipe } from "../recipe.ts";

/** The upstream image's user, so that data written under either image is readable under the other. */
const uid = 999;

const rootfs: DebianRootfs = {
  suite: "forky",
  variant: "essential",
  packages: ["redis-server", "redis-tools"],
  finish: [
    // Debian gives its redis user another number.
    `sed -i '/^redis:/d' "$1/etc/passwd" "$1/etc/group" "$1/etc/shadow" "$1/etc/gshadow"`,
    `echo 'redis:x:${uid}:${uid}::/data:/usr/sbin/nologin' >> "$1/etc/passwd"`,
    `echo 'redis:x:${uid}:' >> "$1/etc/group"`,
    `install -d -o ${uid} -g ${uid} "$1/data"`,
  ],
  version: { ofPackage: "redis-server" },
};

/** Redis 8 of Debian forky, started as upstream's image is. */
export const redisImage: ImageRecipe = {
  name: "redis",
  from: "Debian forky packages",
  inputs: () => [JSON.stringify(rootfs)],
  config: ["WORKDIR /data", "EXPOSE 6379", 'CMD ["redis-server"]'],
  build: (directory, report) => makeDebianRootfs(rootfs, directory, report),
};
