import { makeDebianRootfs, type DebianRootfs } from "../debian-rootfs.ts";
import type { ImageRecipe } from "../recipe.ts";

const rootfs: DebianRootfs = {
  suite: "forky",
  variant: "essential",
  // curl is what the health check of upstream's image uses.
  packages: ["nginx-light", "curl", "openssl"],
  finish: [
    // As upstream's image: logs go to the container's output.
    'ln -sf /dev/stdout "$1/var/log/nginx/access.log" && ln -sf /dev/stderr "$1/var/log/nginx/error.log"',
  ],
  version: { ofPackage: "nginx" },
};

/** nginx of Debian forky: `server … resolve` in an upstream needs 1.27.3 or later. */
export const nginxImage: ImageRecipe = {
  name: "nginx",
  from: "Debian forky packages",
  inputs: () => [JSON.stringify(rootfs)],
  config: ["EXPOSE 80", "EXPOSE 443", `CMD ["nginx", "-g", "daemon off;"]`],
  build: (directory, report) => makeDebianRootfs(rootfs, directory, report),
};
