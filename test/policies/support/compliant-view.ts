import type { ServiceDefinition } from "../../../catalog/definition.ts";
import type { DeclaredResource, StackView } from "../../../policies/stack-view.ts";
import { madeUpStore } from "../../catalog/made-up.ts";

const digest = `sha256:${"a".repeat(64)}`;

/** A store as the catalog has one. */
export const store = madeUpStore();

const swarmService = (name: string, more: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  name,
  taskSpec: {
    containerSpec: {
      image: `registry.example.com/${name}@${digest}`,
      stopGracePeriod: "1m",
      env: { PORT: "1", PASSWORD_FILE: "/run/secrets/password" },
      args: ["serve"],
      healthcheck: { tests: ["CMD", "true"], interval: "5s", timeout: "4s", retries: 3, startPeriod: "30m" },
      mounts: [{ type: "bind", source: `/srv/kaleem/live/${name}`, target: "/data" }],
    },
    resources: { limits: { memoryBytes: 1024 } },
  },
  endpointSpec: { mode: "dnsrr" },
  ...more,
});

const resource = (type: string, name: string, inputs: Record<string, unknown>, secret: string[] = []) => ({
  type,
  name,
  inputs,
  protect: false,
  secretPaths: new Set(secret),
});

const file = (name: string, path: string, stdin: string, secret: string[] = []) =>
  resource(
    "command:remote:Command",
    name,
    {
      create: `/usr/local/lib/kaleem/host-file install ${path} 0:0 0644`,
      delete: `/usr/local/lib/kaleem/host-file remove ${path}`,
      stdin,
      connection: { host: "h", privateKey: "k" },
    },
    ["connection", ...secret],
  );

const unitFiles = (role: string) => [
  file(
    `${role}-timer`,
    `/etc/systemd/system/kaleem-${role}.timer`,
    "[Timer]\nOnCalendar=*-*-* *:00/5:00\n[Install]\nWantedBy=timers.target\n",
  ),
  file(
    `${role}-service`,
    `/etc/systemd/system/kaleem-${role}.service`,
    `[Unit]\nOnFailure=alert\nOnSuccess=kaleem-ship.service\n[Service]\nExecStart=/usr/local/bin/kaleem-agent ${role}\n`,
  ),
];

const rules = `groups:
  - name: services
    rules:
      - record: kaleem:up
        expr: up
      - alert: StoreDown
        expr: up == 0
        labels:
          severity: SEV1
        annotations:
          summary: a store is down
          description: It is.
          runbook: docs/runbooks/StoreDown.md
`;

const conf = `http {
  ssl_protocols TLSv1.2 TLSv1.3;
  server {
    listen 80;
    return 308 https://$host$request_uri;
  }
  server {
    listen 443 ssl;
    add_header Strict-Transport-Security max-age=31536000 always;
    location / { proxy_pass http://api; }
  }
}
`;

/** A made-up stack, not local, that keeps every rule; tests spoil one thing in a copy. */
export function compliantView(): StackView {
  const agent = {
    stores: ["store"],
    shipTimeoutMs: 240_000,
    offsite: { endpoint: "https://s3.example.com" },
    lockForMs: 1_209_600_000,
    offsiteRetention: { within: "360h" },
  };
  return {
    stack: "prod",
    catalog: [store] satisfies ServiceDefinition[],
    images: { store: { ref: `registry.example.com/store@${digest}`, source: "upstream" } },
    secretValues: { "store-password": "never-in-plain" },
    resources: [
      resource("docker:index/service:Service", "store-service", swarmService("store", {})),
      resource(
        "docker:index/service:Service",
        "nginx-service",
        swarmService("nginx", {
          endpointSpec: { ports: [{ publishedPort: 80 }, { publishedPort: 443 }] },
        }),
      ),
      resource("docker:index/secret:Secret", "store-password", { data: "never-in-plain" }, ["data"]),
      resource("docker:index/serviceConfig:ServiceConfig", "store-file", { data: "x" }),
      resource("docker:index/serviceConfig:ServiceConfig", "prometheus-rules", {
        data: Buffer.from(rules).toString("base64"),
      }),
      resource("aws:ebs/volume:Volume", "disk", { encrypted: true }),
      file("agent-config", "/etc/kaleem/agent.json", JSON.stringify(agent)),
      file("restic-password", "/etc/kaleem/secrets/restic-password", "never-in-plain", ["stdin"]),
      file("edge-conf", "/etc/kaleem/edge/nginx.conf", conf),
      ...unitFiles("point"),
      ...unitFiles("ship"),
    ].map((each): DeclaredResource => ({ ...each, protect: each.name === "disk" })),
  };
}
