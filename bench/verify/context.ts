import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { StatefulDefinition } from "../../catalog/definition.ts";
import type { AgentConfig } from "../../contract/agent-config.ts";
import { bucketLayout, layout, userSecretFile } from "../../contract/layout.ts";
import { renderOffsiteCredentials, type OffsiteCredentials } from "../../contract/offsite-credentials.ts";
import type { AgentContext } from "../../recovery/agent/context.ts";
import { LocalHost } from "../../recovery/host/local-host.ts";
import { Locks } from "../../recovery/host/locks.ts";
import { Log } from "../../recovery/host/log.ts";
import { Bucket, type BucketLocation } from "../../recovery/lineage/bucket.ts";
import { HeadStore } from "../../recovery/lineage/head-store.ts";
import { localRepository, offsiteRepository } from "../../recovery/restic/repository.ts";
import { Restic } from "../../recovery/restic/restic.ts";
import type { BenchEngine } from "./bench-docker.ts";
import { requireLaid } from "./room.ts";

/** What a host of the bench is like. */
export interface BenchHost {
  readonly docker: BenchEngine;
  readonly stores: readonly StatefulDefinition[];
  readonly location: BucketLocation;
  readonly credentials: OffsiteCredentials;
  readonly resticPassword: string;
  readonly machineId: string;
  /** Starts the agent. */
  readonly agentProgram: readonly string[];
  /** How far its clock is ahead, in ms. */
  readonly aheadMs?: number;
  readonly print: (line: string) => void;
}

/** The agent's context on a host of the bench; writes what the agent reads there. */
export async function benchContext(bench: BenchHost): Promise<AgentContext> {
  const { docker, stores, location, credentials, resticPassword, machineId, aheadMs = 0 } = bench;
  const config: AgentConfig = {
    version: 1,
    stack: "verify",
    offsite: { ...location },
    stores: stores.map(({ name }) => name),
    applications: [],
    edge: "nginx",
    off: [],
    pauseLimitMs: 60_000,
    shipTimeoutMs: 60_000,
    retention: { within: "48h", daily: 7, weekly: 4, monthly: 6 },
  };
  await requireLaid();
  await writeSecret(layout.config, JSON.stringify(config));
  await writeSecret(layout.resticPassword, resticPassword);
  await writeSecret(layout.offsiteCredentials, renderOffsiteCredentials(credentials));
  const host = new LocalHost();
  if (aheadMs !== 0) host.now = () => new Date(Date.now() + aheadMs);
  const bucket = (): Promise<Bucket> => Promise.resolve(new Bucket(location, credentials));
  return {
    config,
    host,
    docker,
    locks: new Locks(layout.locks, "the bench"),
    log: new Log(bench.print),
    stores,
    opening: { docker, self: bench.agentProgram },
    local: new Restic(localRepository),
    offsite: new Restic(offsiteRepository(config.offsite), async () => {
      await (await bucket()).get(bucketLayout.head);
    }),
    machineId,
    interrupted: new AbortController().signal,
    bucket,
    head: async () => new HeadStore(await bucket()),
  };
}

/** Where the agent looks for the passwords of a store's users. */
export async function writeUserSecrets(
  stores: readonly StatefulDefinition[],
  secretsOf: (store: string) => Readonly<Record<string, string>>,
): Promise<void> {
  for (const { name, userSecrets = {} } of stores)
    for (const secret of Object.keys(userSecrets))
      await writeSecret(userSecretFile(name, secret), secretsOf(name)[secret] ?? "");
}

async function writeSecret(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, text, { mode: 0o600 });
}
