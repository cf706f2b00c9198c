import type { StatefulDefinition } from "../../../catalog/definition.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import { serviceStart } from "../../docker/service-start.ts";
import type { Sample } from "../../metrics/metrics.ts";
import type { ProofRecord } from "../../proof/proof-record.ts";
import { pointsOf } from "../../point/points.ts";
import { ProofFiles } from "../../proof/proof-files.ts";
import { ProofRecords } from "../../proof/proof-record.ts";
import { clearProofs, describeProof, provePoint, type ProofPorts } from "../../proof/prove-point.ts";
import type { StorePorts } from "../../proof/prove-store.ts";
import type { StoreStart } from "../../proof/prove-stores.ts";
import { endTidily, unlockLone } from "../../stores/lone-start.ts";
import { provenSample } from "../measure/proven-sample.ts";
import { openStoreAt } from "../../stores/store.ts";
import { proveRecord, type ProofResult } from "../answers/run-record.ts";
import { dataApplications } from "../data-applications.ts";
import type { AgentContext } from "../context.ts";
import { recordedRun } from "../recorded-run.ts";
import { storeSecrets } from "./store.ts";

/**
 * `kaleem-agent prove [--point current]`: starts each store on a clone of the newest point. `prove --clear` takes away what a killed
 * proof has left.
 */
export async function proveCommand(
  context: AgentContext,
  args: readonly string[],
): Promise<ProofResult | { readonly cleared: true }> {
  const ports = proofPorts(context);
  if (args.length === 1 && args[0] === "--clear") {
    await clearProofs(ports);
    return { cleared: true };
  }
  if (args.length > 0 && args.join(" ") !== "--point current")
    throw new RecoveryError(
      exitCodes.usage,
      `prove: expected nothing, --point current or --clear, got "${args.join(" ")}".`,
    );
  let described = "";
  return recordedRun(context, {
    job: "prove",
    schema: proveRecord,
    run: async () => {
      const record = await provePoint(ports);
      described = describeProof(record);
      return resultOf(record);
    },
    describe: () => described,
    samples: proofSamples,
  });
}

function proofPorts(context: AgentContext): ProofPorts {
  const { host, docker, locks, log, interrupted, stores } = context;
  return {
    host,
    docker,
    locks,
    log,
    interrupted,
    stores,
    applications: dataApplications(context.config),
    files: new ProofFiles({
      point: layout.point,
      indexes: [
        layout.pointIndex,
        ...(stores.some(({ copied }) => copied === "after-instant") ? [layout.runningIndex] : []),
      ],
      clone: layout.proof,
      given: layout.proofFiles,
    }),
    records: new ProofRecords(host, layout.proofs),
    storePorts: proofStorePorts(context),
    startOf: (definition) => startOf(context, definition),
    points: async () => pointsOf(await context.local.snapshots()).map(({ id }) => id),
  };
}

/** How stores of a proof are reached on this host. */
export function proofStorePorts({ docker, opening }: Pick<AgentContext, "docker" | "opening">): StorePorts {
  return {
    docker,
    open: (service, container, secrets) => openStoreAt(service, container, opening, secrets),
    unlock: async (definition, id, secrets) => {
      await unlockLone(definition, id, secrets, docker, opening);
      await endTidily(definition, id, docker);
    },
  };
}

/** As the service is declared now, and as a restore would start it. @throws RecoveryError `storeDown` when it does not run */
export async function startOf(
  { docker }: Pick<AgentContext, "docker">,
  definition: StatefulDefinition,
): Promise<StoreStart> {
  const { name } = definition;
  const [service, [task]] = await Promise.all([docker.inspectService(name), docker.containersOf(name)]);
  if (service === null || task === undefined)
    throw new RecoveryError(
      exitCodes.storeDown,
      `Store ${name} does not run on this host, so nothing says how it is started: see \`docker service ps ${name} --no-trunc\`.`,
    );
  const start = serviceStart(service);
  const files = start.configs.map(async ({ config, path, mode }) => ({
    path,
    mode,
    content: await docker.configContent(config),
  }));
  return { start, secrets: await storeSecrets(definition, task.pid), files: await Promise.all(files) };
}

function resultOf({ point, instant, stores }: ProofRecord): ProofResult {
  const told = Object.entries(stores).map(([name, { seconds, coverage }]) => [name, { seconds, coverage }]);
  return { point, instant, stores: Object.fromEntries(told) as ProofResult["stores"] };
}

function proofSamples({ instant, stores }: ProofResult): readonly Sample[] {
  return [
    provenSample("local", instant),
    ...Object.entries(stores).map(([store, { seconds }]) => ({
      name: "backup_proof_seconds",
      help: "How long a store took to start on the newest proven point and to tell what it holds.",
      labels: { store },
      value: seconds,
    })),
  ];
}
