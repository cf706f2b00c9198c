import { makeDebianRootfs, type DebianRootfs } from "../debian-rootfs.ts";
import type { ImageRecipe } from "../recipe.ts";

/** The upstream image's user, so that data written under either image is readable under the other. */
const uid = 999;

/** Pulled in by packages and of no use in a container without an init system: 20 MB. */
const unused = ["usr/lib/systemd", "usr/lib/*/systemd", "usr/lib/*/gconv", "usr/bin/rabbitmqadmin"];

const rootfs: DebianRootfs = {
  suite: "forky",
  variant: "essential",
  packages: ["rabbitmq-server"],
  finish: [
    // Debian gives its rabbitmq user another number.
    `sed -i '/^rabbitmq:/d' "$1/etc/passwd" "$1/etc/group" "$1/etc/shadow" "$1/etc/gshadow"`,
    `echo 'rabbitmq:x:${uid}:${uid}::/var/lib/rabbitmq:/usr/sbin/nologin' >> "$1/etc/passwd"`,
    `echo 'rabbitmq:x:${uid}:' >> "$1/etc/group"`,
    // Without the cookie that the package drew: it would be in every image that is made from this one.
    `rm -rf "$1/var/lib/rabbitmq" && install -d -o ${uid} -g ${uid} "$1/var/lib/rabbitmq"`,
    `chown -R ${uid}:${uid} "$1/etc/rabbitmq" "$1/var/log/rabbitmq"`,
    `cd "$1" && rm -rf ${unused.join(" ")}`,
  ],
  version: { ofPackage: "rabbitmq-server" },
};

/** RabbitMQ 4.3 of Debian forky with its management and Prometheus plugins, started as upstream's image is. */
export const rabbitmqImage: ImageRecipe = {
  name: "rabbitmq",
  from: "Debian forky packages",
  inputs: () => [JSON.stringify(rootfs)],
  config: [
    // The real programs: Debian's wrappers in /usr/sbin send the log to a file and change the user.
    "ENV PATH=/usr/lib/rabbitmq/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "ENV HOME=/var/lib/rabbitmq LANG=C.UTF-8 RUNNING_UNDER_SYSTEMD=true",
    "EXPOSE 5672 15672 15692",
    'CMD ["rabbitmq-server"]',
  ],
  build: (directory, report) => makeDebianRootfs(rootfs, directory, report),
};
