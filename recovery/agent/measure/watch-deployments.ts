import { layout } from "../../../contract/layout.ts";
import type { Docker } from "../../docker/docker.ts";
import type { SwarmService } from "../../docker/swarm-service.ts";
import type { HostPort } from "../../host/host-port.ts";
import { readRecord } from "../../host/read-record.ts";
import { writeMetrics } from "../../metrics/metrics.ts";
import type { SeenDeployment } from "../answers/deployment-list.ts";
import { deploymentSamples, deploymentsSchema, withDeployment } from "./deployments.ts";
import { nothingSeen, seenSchema, withLook } from "./seen-deployments.ts";

const file = `${layout.deployments}/seen.json`;
const countersFile = `${layout.deployments}/counters.json`;

/** What the host remembers of deployments. Damaged or absent: nothing yet. */
export async function readSeen(host: Pick<HostPort, "readFile">) {
  return (await readRecord(host, file, seenSchema)) ?? nothingSeen;
}

/**
 * Looks which services were given another image since the last look, keeps what there was to see, and tells monitoring of each
 * deployment that has ended: so alerts and the way back do not depend on who deployed.
 */
export async function watchDeployments(
  { host, docker, stack }: { readonly host: HostPort; readonly docker: Docker; readonly stack: string },
  services: readonly SwarmService[],
): Promise<void> {
  const before = await readSeen(host);
  const { seen, ended } = withLook(before, services, host.now());
  const worded = new Map<number, SeenDeployment>();
  for (const deployment of ended) worded.set(deployment.number, await inTaskWords(docker, deployment));
  const deployments = seen.deployments.map((each) => worded.get(each.number) ?? each);
  const after = { ...seen, deployments };
  if (JSON.stringify(after) !== JSON.stringify(before))
    await host.writeFile(file, `${JSON.stringify(after, null, 2)}\n`, 0o644);
  if (worded.size > 0) await count(host, stack, [...worded.values()]);
}

/** What the newest failed task said of its end: Swarm itself says no more than that an update failed. */
async function inTaskWords(docker: Docker, deployment: SeenDeployment): Promise<SeenDeployment> {
  if (deployment.outcome === "succeeded") return deployment;
  const said = await docker.newestFailure(deployment.service);
  return said === null
    ? deployment
    : { ...deployment, words: [deployment.words, said].filter(Boolean).join("; ") };
}

async function count(host: HostPort, stack: string, ended: readonly SeenDeployment[]): Promise<void> {
  let counters = (await readRecord(host, countersFile, deploymentsSchema)) ?? [];
  for (const { service, began, ended: end, outcome } of ended) {
    const seconds = end === null ? 0 : Math.max(0, Date.parse(end) - Date.parse(began)) / 1000;
    const status = outcome === "succeeded" ? "success" : "failed";
    const rolledBack = outcome === "rolled back" ? "unhealthy" : null;
    counters = withDeployment(
      counters,
      { environment: stack, service, status, seconds, rolledBack },
      host.now(),
    );
  }
  await host.writeFile(countersFile, `${JSON.stringify(counters, null, 2)}\n`, 0o644);
  // Whether the last one failed is told of a whole `up` alone: what a service is back on may be just what is declared.
  const samples = deploymentSamples(counters).filter(({ name }) => name !== "deployment_last_failed");
  await writeMetrics(host, layout.metrics, "seen-deployments", samples);
}
