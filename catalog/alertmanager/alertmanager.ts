import { monitoringServer } from "../monitoring-server.ts";
import { alertmanagerConfig } from "./alertmanager-config.ts";
import type { PlatformSettings } from "../platform-settings.ts";
import { defineStateless, type GivenSecret } from "../definition.ts";

const issued = "never: get a new one from whoever issued it, set it in the stack's configuration and run up";

function isSet(channel: keyof PlatformSettings["monitoring"]): GivenSecret["onlyWhen"] {
  return {
    says: `\`monitoring.${channel}\` is set`,
    holds: ({ monitoring }) => monitoring[channel] !== undefined,
  };
}

/** Groups alerts and takes them to people: paging for SEV1 and SEV2, chat for all, mail for SEV3. */
export const alertmanager = defineStateless({
  ...monitoringServer({
    name: "alertmanager",
    ready: "http://127.0.0.1:9093/-/ready",
    startPeriod: "30s",
    pace: { every: "10s", retries: 3 },
    memory: "64MiB",
    stopGrace: "15s",
    // Silences, and what has been told already.
    keeps: "/alertmanager",
  }),
  image: "alertmanager",
  user: "65534:65534",
  entrypoint: ["/bin/alertmanager"],
  args: [
    "--config.file=/etc/alertmanager/alertmanager.yml",
    "--storage.path=/alertmanager",
    "--web.listen-address=:9093",
    // One of it: nothing to agree on with others.
    "--cluster.listen-address=",
  ],
  ports: { http: 9093 },
  metrics: { port: "http", path: "/metrics" },
  generated: { "/etc/alertmanager/alertmanager.yml": alertmanagerConfig },
  secrets: {
    "page-key": "alert-page-key",
    "chat-url": "alert-chat-url",
    "mail-password": "alert-mail-password",
    "heartbeat-url": "alert-heartbeat-url",
  },
  givenSecrets: {
    "alert-page-key": { form: "credential", onlyWhen: isSet("page") },
    "alert-chat-url": { form: "url", onlyWhen: isSet("chat") },
    "alert-mail-password": { form: "credential", onlyWhen: isSet("mail") },
    "alert-heartbeat-url": { form: "url", onlyWhen: isSet("heartbeat") },
  },
  rotation: {
    "alert-page-key": issued,
    "alert-chat-url": issued,
    "alert-mail-password": issued,
    "alert-heartbeat-url": issued,
  },
  secretMeanings: {
    "alert-page-key": "PagerDuty's routing key (Events API v2): SEV1 and SEV2 page.",
    "alert-chat-url": "Slack's incoming webhook, to which every alert goes.",
    "alert-mail-password": "Password of the mail account that sends SEV3 alerts.",
    "alert-heartbeat-url":
      "Webhook of a dead-man's-switch service: called every minute while alerting works; the service raises the alarm when the calls stop.",
  },
  recovery: "none: alerts that still apply fire again; silences have to be set again",
});
