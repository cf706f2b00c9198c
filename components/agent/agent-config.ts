import { grantsOf } from "../../catalog/applications/grants.ts";
import type { Applications } from "../../catalog/applications/settings.ts";
import { type AgentConfig, agentConfigSchema } from "../../contract/agent-config.ts";
import type {
  BackupSettings,
  KitSettings,
  MonitoringSettings,
  OffsiteSettings,
  ServiceSettings,
} from "../config/schema.ts";
import { type ServiceDefinition, isApplication } from "../../catalog/definition.ts";
import type { DisabledService } from "../../catalog/switches.ts";
import { dumpTimes } from "../../catalog/portable/dump-times.ts";
import { milliseconds } from "../../catalog/quantities.ts";

/** What the agent is told; checked against its own schema, so that a change on one side cannot break the other. Pure. */
export function agentConfig(from: {
  readonly stack: string;
  readonly catalog: readonly ServiceDefinition[];
  readonly settings: Readonly<Record<string, ServiceSettings>>;
  readonly offsite: OffsiteSettings;
  readonly kit?: KitSettings;
  readonly backups: BackupSettings;
  readonly monitoring: MonitoringSettings;
  readonly applications: Applications;
  readonly edge: string;
  readonly off: readonly DisabledService[];
}): AgentConfig {
  const { backups } = from;
  return agentConfigSchema.parse({
    version: 1,
    stack: from.stack,
    offsite: from.offsite,
    ...(from.kit === undefined ? {} : { kit: from.kit }),
    stores: from.catalog.filter(({ kind }) => kind === "stateful").map(({ name }) => name),
    applications: from.catalog.filter(isApplication).map((definition) => ({
      name: definition.name,
      replicas: from.settings[definition.name]?.replicas ?? definition.replicas,
      ...(definition.kind === "files" ? { data: definition.data } : {}),
      ...usesOf(from.applications, definition.name),
    })),
    grants: grantsOf(from.applications),
    edge: from.edge,
    off: [...from.off],
    pauseLimitMs: milliseconds(backups.pauseLimit),
    shipTimeoutMs: milliseconds(backups.shipTimeout),
    everyMs: {
      pointEvery: milliseconds(backups.pointEvery),
      shipEvery: milliseconds(backups.shipEvery),
    },
    ...(from.monitoring.pings === undefined ? {} : { pings: true }),
    ...(backups.images ? {} : { keepImages: false }),
    dumps: recordOf(dumpTimes(from.catalog, backups.dumps)),
    ...(backups.oplog ? {} : { shipOplog: false }),
    retention: backups.keep,
    offsiteRetention: backups.keepOffsite,
    lockForMs: milliseconds(backups.lockFor),
  } satisfies AgentConfig);
}

/** The stores that an application of the settings uses; nothing is known of any other service. */
function usesOf(applications: Applications, name: string): { readonly uses?: string[] } {
  const uses = applications[name]?.uses;
  return uses === undefined ? {} : { uses: Object.keys(uses).sort() };
}

function recordOf(times: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(times).map(([source, at]) => [source, [...at]]));
}
