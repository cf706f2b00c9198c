import { defineStore } from "../definition.ts";
import { storeHealth } from "../store-health.ts";
import { rabbitmqRecovery } from "./recovery.ts";
import { rabbitmqSizing } from "./sizing.ts";

/**
 * What is still to be done, in queues that the applications declare. In quorum queues a confirmed message is on the disk, and a copy of the
 * files starts as after a crash. The data carries the node's name, so host and node are called the same everywhere.
 * Cost: the memory limit, of which RabbitMQ uses half before it holds publishers back. Recovery: from a recovery point; the node
 * replays its logs. Every start sets the administrator's password, so a point of before a rotation opens to the present one; the
 * applications' changes while the node runs.
 */
export const rabbitmq = defineStore({
  name: "rabbitmq",
  image: "rabbitmq",
  user: "999:999",
  entrypoint: ["/bin/bash", "/etc/kaleem/entrypoint"],
  env: { RABBITMQ_NODENAME: "rabbit@rabbitmq" },
  ports: { amqp: 5672, management: 15672, metrics: 15692 },
  facts: {
    host: "rabbitmq",
    port: "5672",
    user: { user: "app", password: "rabbitmq-app-password" },
    password: { secret: "rabbitmq-app-password" },
  },
  metrics: { port: "metrics", path: "/metrics/per-object" },
  data: { "/var/lib/rabbitmq": "rabbitmq" },
  secrets: {
    "admin-password": "rabbitmq-admin-password",
    "erlang-cookie": "rabbitmq-erlang-cookie",
  },
  userSecrets: { "app-password": "rabbitmq-app-password" },
  secretMeanings: {
    "rabbitmq-admin-password":
      "Password of RabbitMQ's administrator, admin; set at every start, used by the host's agent and for the management pages.",
    "rabbitmq-app-password":
      "Password of the applications' user. The user's name ends in the password's fingerprint, so a new password works beside the old one.",
    "rabbitmq-erlang-cookie":
      "The Erlang cookie: lets RabbitMQ's command-line tools and other nodes connect to the node.",
  },
  files: {
    "/etc/rabbitmq/rabbitmq.conf": new URL("files/rabbitmq.conf", import.meta.url),
    "/etc/rabbitmq/enabled_plugins": new URL("files/enabled_plugins", import.meta.url),
    "/etc/kaleem/definitions.json": new URL("files/definitions.json", import.meta.url),
    "/etc/kaleem/entrypoint": new URL("files/entrypoint.sh", import.meta.url),
    "/etc/kaleem/health": new URL("files/health.sh", import.meta.url),
  },
  // The administrator's hash lies here until it is imported.
  scratch: { "/tmp": "16MiB" },
  health: storeHealth(["/bin/bash", "/etc/kaleem/health"]),
  limits: { memory: "1GiB", cpus: 1 },
  sizing: rabbitmqSizing,
  stopGrace: "2m",
  recovery: rabbitmqRecovery,
});
