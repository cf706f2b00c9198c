import { monitoringServer } from "../monitoring-server.ts";
import { grafanaDatasources } from "./grafana-datasources.ts";
import { defineStateless } from "../definition.ts";

const dashboard = (name: string): URL => new URL(`dashboards/${name}.json`, import.meta.url);

/**
 * Shows what Prometheus, Loki and Tempo know. Its dashboards and data sources are files of this repository: what is changed in
 * the browser cannot be saved over them. Reached through a tunnel only.
 */
export const grafana = defineStateless({
  ...monitoringServer({
    name: "grafana",
    ready: "http://127.0.0.1:3000/api/health",
    startPeriod: "2m",
    memory: "192MiB",
    stopGrace: "15s",
    // Users, preferences and annotations.
    keeps: "/var/lib/grafana",
  }),
  image: "grafana",
  user: "472:0",
  ports: { http: 3000 },
  metrics: { port: "http", path: "/metrics" },
  env: {
    GF_SECURITY_ADMIN_USER: "admin",
    GF_SECURITY_ADMIN_PASSWORD__FILE: "/run/secrets/admin-password",
    GF_AUTH_ANONYMOUS_ENABLED: "false",
    GF_USERS_ALLOW_SIGN_UP: "false",
    GF_SERVER_ROOT_URL: "http://localhost:3005/",
    GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: "/etc/kaleem/dashboards/overview.json",
    GF_ANALYTICS_REPORTING_ENABLED: "false",
    GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
    GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false",
    GF_PLUGINS_PREINSTALL_DISABLED: "true",
    // Alerts are Prometheus' and Alertmanager's.
    GF_UNIFIED_ALERTING_ENABLED: "false",
  },
  secrets: { "admin-password": "grafana-admin-password" },
  secretMeanings: {
    "grafana-admin-password":
      "Password of Grafana's user admin. Read at the first start only; change it later with: grafana cli admin reset-admin-password.",
  },
  files: {
    "/etc/grafana/provisioning/dashboards/dashboards.yml": new URL("files/dashboards.yml", import.meta.url),
    "/etc/kaleem/dashboards/overview.json": dashboard("overview"),
    "/etc/kaleem/dashboards/recovery.json": dashboard("recovery"),
    "/etc/kaleem/dashboards/host.json": dashboard("host"),
  },
  generated: { "/etc/grafana/provisioning/datasources/datasources.yml": grafanaDatasources },
  scratch: { "/tmp": "16MiB" },
  optional: { enabledByDefault: true },
  recovery: "none: dashboards and data sources are files of this repository",
});
