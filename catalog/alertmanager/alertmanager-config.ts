import type { PlatformFacts } from "../definition.ts";

type Facts = Pick<PlatformFacts, "settings" | "stack">;

const secretFile = (name: string): string => `/run/secrets/${name}`;

/**
 * Where alerts go: SEV1 and SEV2 page, all go to the chat, SEV3 by mail. A channel that the settings leave out does not exist: its alerts
 * end in a receiver called `…-unset`, and are seen in Alertmanager only. JSON, which is YAML too. Pure; secrets stay in their files.
 */
export function alertmanagerConfig(facts: Facts): string {
  const channels = [page(facts), chat(facts), mail(facts), heartbeat(facts)];
  const [toPage, toChat, toMail, toHeartbeat] = channels.map(({ name }) => name);
  const config = {
    global: { resolve_timeout: "5m" },
    route: {
      receiver: toChat,
      group_by: ["alertname", "service", "store"],
      group_wait: "15s",
      group_interval: "5m",
      repeat_interval: "12h",
      routes: [
        {
          // Tells a dead-man's-switch service that all of this works, and nobody else.
          matchers: ['alertname="Watchdog"'],
          receiver: toHeartbeat,
          group_wait: "0s",
          group_interval: "1m",
          repeat_interval: "1m",
        },
        { matchers: ['severity="SEV1"'], receiver: toPage, repeat_interval: "30m", continue: true },
        { matchers: ['severity="SEV2"'], receiver: toPage, repeat_interval: "4h", continue: true },
        {
          matchers: ['severity="SEV3"'],
          receiver: toMail,
          group_interval: "1h",
          repeat_interval: "24h",
          continue: true,
        },
        { matchers: ['severity=~"SEV[123]"'], receiver: toChat },
      ],
    },
    inhibit_rules: inhibitions,
    templates: [],
    receivers: channels,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** What follows from something worse is not told beside it. */
const inhibitions = [
  // Closed on purpose: the answer 503 is what was asked for.
  { source_matchers: ['alertname="PlatformClosed"'], target_matchers: ['alertname="ApiDown"'] },
  { source_matchers: ['alertname="EdgeDown"'], target_matchers: ['alertname=~"ApiDown|ApiErrors|ApiSlow"'] },
  {
    source_matchers: ['alertname="StoreDown"'],
    target_matchers: ['alertname=~"ApiDown|ApiErrors|ApiSlow|ServiceDegraded|TargetDown"'],
  },
  {
    source_matchers: ['severity="SEV1"'],
    target_matchers: ['severity=~"SEV2|SEV3"'],
    equal: ["alertname", "service", "store"],
  },
  {
    source_matchers: ['alertname="DiskAlmostFull"'],
    target_matchers: ['alertname="DiskSpaceLow"'],
    equal: ["mountpoint"],
  },
  {
    source_matchers: ['alertname="BackupFailed"'],
    target_matchers: ['alertname=~"BackupSilent|BackupNeverSucceeded"'],
    equal: ["job"],
  },
  {
    source_matchers: ['alertname="AgentMetricsStale"'],
    target_matchers: ['alertname=~"StoreDown|ServiceDegraded"'],
  },
];

interface Receiver {
  readonly name: string;
  readonly [channel: `${string}_configs`]: readonly object[];
}

function page({ settings, stack }: Facts): Receiver {
  if (settings.monitoring.page === undefined) return { name: "page-unset" };
  const sent = {
    routing_key_file: secretFile("page-key"),
    severity: '{{ if eq .CommonLabels.severity "SEV1" }}critical{{ else }}error{{ end }}',
    description: `${stack}: ${title}`,
    details: { runbook: runbook(settings, "(index .Alerts 0).Annotations.runbook") },
    send_resolved: true,
  };
  return { name: "page", pagerduty_configs: [sent] };
}

function chat({ settings, stack }: Facts): Receiver {
  if (settings.monitoring.chat === undefined) return { name: "chat-unset" };
  const sent = {
    api_url_file: secretFile("chat-url"),
    title: `${stack} {{ .Status | toUpper }} ${title}`,
    text: told(settings),
    send_resolved: true,
  };
  return { name: "chat", slack_configs: [sent] };
}

function mail({ settings, stack }: Facts): Receiver {
  if (settings.monitoring.mail === undefined) return { name: "mail-unset" };
  const { server, from, to, user } = settings.monitoring.mail;
  const sent = {
    ...{ to, from, smarthost: server, auth_username: user },
    auth_password_file: secretFile("mail-password"),
    require_tls: true,
    headers: { Subject: `${stack} {{ .Status | toUpper }} ${title}` },
    // Text alone: the default page links to an address of Alertmanager that only the host reaches.
    ...{ html: "", text: told(settings) },
  };
  return { name: "mail", email_configs: [sent] };
}

function heartbeat({ settings }: Facts): Receiver {
  if (settings.monitoring.heartbeat === undefined) return { name: "heartbeat-unset" };
  return {
    name: "heartbeat",
    webhook_configs: [{ url_file: secretFile("heartbeat-url"), send_resolved: false }],
  };
}

/** What each alert says, and where its runbook is. */
function told(settings: Facts["settings"]): string {
  return `{{ range .Alerts }}{{ .Annotations.description }}\n${runbook(settings, ".Annotations.runbook")}\n{{ end }}`;
}

/** A runbook's address: where the runbooks are published, or its path in the repository. */
function runbook({ monitoring: { runbooks } }: Facts["settings"], annotation: string): string {
  if (runbooks === undefined) return `{{ ${annotation} }}`;
  return `${runbooks}/{{ reReplaceAll "^docs/runbooks/" "" ${annotation} }}`;
}

const title =
  "{{ .CommonLabels.severity }} {{ .CommonLabels.alertname }}: {{ (index .Alerts 0).Annotations.summary }}";
