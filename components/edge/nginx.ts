import { defineStateless } from "../services/definition.ts";

/** Where the edge's directory on the host is seen inside the container. */
export const edgeMount = "/etc/nginx/kaleem";

/** The edge: the one service that answers from outside. Its configuration comes from the host's directory. */
export const nginx = defineStateless({
  name: "nginx",
  image: "nginx",
  // The master binds 80 and 443 and reads the key; its workers run as the image's own user.
  user: "0:0",
  // To bind 80 and 443, and to hand its workers to that user and stop those that do not obey.
  capabilities: ["NET_BIND_SERVICE", "CHOWN", "SETUID", "SETGID", "KILL"],
  // Its pid, and bodies too large for its buffers: upstream's image keeps those in the one directory, Debian's in the other.
  scratch: { "/tmp": "16MiB", "/var/cache/nginx": "64MiB", "/var/lib/nginx": "64MiB" },
  args: ["nginx", "-c", `${edgeMount}/nginx.conf`, "-g", "daemon off;"],
  ports: { http: 80, https: 443 },
  files: { "/etc/kaleem/health": new URL("files/health.sh", import.meta.url) },
  health: {
    argv: ["/bin/sh", "/etc/kaleem/health"],
    every: "5s",
    timeout: "4s",
    retries: 3,
    startPeriod: "10s",
  },
  limits: { memory: "128MiB", cpus: 1 },
  replicas: 1,
  stopGrace: "30s",
  recovery: "none: its configuration and key are made by pulumi up",
});
