import { catalog } from "../../catalog/catalog.ts";
import type { StatefulDefinition } from "../../catalog/definition.ts";
import { agentConfigSchema, type AgentConfig } from "../../contract/agent-config.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { bucketLayout, layout } from "../../contract/layout.ts";
import { Bucket } from "../lineage/bucket.ts";
import { HeadStore } from "../lineage/head-store.ts";
import { parseOffsiteCredentials } from "../../contract/offsite-credentials.ts";
import { localRepository, offsiteRepository } from "../restic/repository.ts";
import { Restic } from "../restic/restic.ts";
import { Docker } from "../docker/docker.ts";
import type { HostPort } from "../host/host-port.ts";
import { LocalHost } from "../host/local-host.ts";
import { Locks } from "../host/locks.ts";
import { Log } from "../host/log.ts";
import { thisProgram, type StoreOpening } from "../stores/store.ts";

/** What every command of the agent works with. */
export interface AgentContext {
  readonly config: AgentConfig;
  readonly host: HostPort;
  readonly docker: Docker;
  readonly locks: Locks;
  readonly log: Log;
  /** The configured stores' definitions of the catalog. */
  readonly stores: readonly StatefulDefinition[];
  readonly opening: StoreOpening;
  readonly local: Restic;
  readonly offsite: Restic;
  /** This machine's id (`/etc/machine-id`). */
  readonly machineId: string;
  /** Aborted by SIGTERM or SIGINT. */
  readonly interrupted: AbortSignal;
  /** The off-site bucket; reads the key pair when asked. */
  bucket(): Promise<Bucket>;
  head(): Promise<HeadStore>;
}

/** Reads the configuration and opens nothing yet. @throws RecoveryError `config`, naming every wrong field. */
export async function loadContext(command: string, interrupted: AbortSignal): Promise<AgentContext> {
  const host = new LocalHost();
  const config = parseConfig(await host.readFile(layout.config));
  const machineId = (await host.readFile("/etc/machine-id"))?.trim() ?? "";
  if (machineId === "")
    throw new RecoveryError(exitCodes.config, "/etc/machine-id is empty: run `systemd-machine-id-setup`.");
  const docker = new Docker();
  const bucket = async (): Promise<Bucket> => {
    const path = layout.offsiteCredentials;
    return new Bucket(config.offsite, parseOffsiteCredentials((await host.readFile(path)) ?? "", path));
  };
  return {
    config,
    host,
    docker,
    locks: new Locks(layout.locks, `kaleem-agent ${command}`),
    log: new Log(),
    stores: storesOf(config),
    opening: { docker, self: thisProgram },
    local: new Restic(localRepository),
    offsite: new Restic(offsiteRepository(config.offsite), async () => {
      await (await bucket()).get(bucketLayout.head);
    }),
    machineId,
    interrupted,
    bucket,
    head: async () => new HeadStore(await bucket()),
  };
}

/** Every store in the catalog, for the child inside a task's network namespace. */
export const allStores: readonly StatefulDefinition[] = catalog.filter(
  (service) => service.kind === "stateful",
);

function parseConfig(text: string | null): AgentConfig {
  if (text === null)
    throw new RecoveryError(
      exitCodes.config,
      `${layout.config} does not exist: run \`pulumi up\`, which writes it.`,
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RecoveryError(
      exitCodes.config,
      `${layout.config} is not JSON: run \`pulumi up\`, which writes it again.`,
      { cause: error },
    );
  }
  const parsed = agentConfigSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join(".") || "(top level)"}: ${issue.message}`,
  );
  throw new RecoveryError(
    exitCodes.config,
    `${layout.config}: ${problems.join("; ")}: run \`pulumi up\` with the same version as this agent.`,
  );
}

function storesOf(config: AgentConfig): readonly StatefulDefinition[] {
  const unknown = config.stores.filter((name) => !allStores.some((store) => store.name === name));
  if (unknown.length > 0) {
    throw new RecoveryError(
      exitCodes.config,
      `${layout.config}: stores: this agent's catalog has no ${unknown.join(", ")}: run \`pulumi up\`.`,
    );
  }
  return allStores.filter((store) => config.stores.includes(store.name));
}
