import { edgeStatusPort } from "../../contract/layout.ts";
import { edgeUser } from "../host/directories.ts";
import { defineStateless, type StatelessDefinition } from "../../catalog/definition.ts";

/** Where the edge's directory on the host is seen inside the container. */
export const edgeMount = "/etc/nginx/kaleem";

/** The edge: the one service that answers from outside. Its configuration comes from the host's directory. */
export const nginx: StatelessDefinition & { readonly user: string } = {
  ...defineStateless({
    name: "nginx",
    image: "nginx",
    args: ["nginx", "-c", `${edgeMount}/nginx.conf`, "-g", "daemon off;"],
    ports: { http: 80, https: 443, status: edgeStatusPort },
    files: { "/etc/kaleem/health": new URL("files/health.sh", import.meta.url) },
    health: {
      argv: ["/bin/sh", "/etc/kaleem/health"],
      every: "5s",
      timeout: "4s",
      retries: 3,
      startPeriod: "10s",
    },
    // Its process id, and bodies on their way in that are larger than their buffers: counts as its memory.
    scratch: { "/tmp": "128MiB" },
    limits: { memory: "256MiB", cpus: 2 },
    replicas: 1,
    // What is under way may take as long as an application may.
    stopGrace: "65s",
    recovery: "none: its configuration comes from pulumi up, a given certificate from the stack file",
  }),
  // Docker lets anybody in a container take ports below 1024, so that no part of nginx has to be root.
  user: edgeUser,
};
