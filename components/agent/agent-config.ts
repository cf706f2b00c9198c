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
    applications: from.catalog
      .filter(isApplication)
      .map(({ name, replicas }) => ({ name, replicas: from.settings[name]?.replicas ?? replicas })),
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
    ...(backups.oplog ? {} : { shipOplog: false }),
    retention: backups.keep,
    offsiteRetention: backups.keepOffsite,
    lockForMs: milliseconds(backups.lockFor),
  } satisfies AgentConfig);
}
