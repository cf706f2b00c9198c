import { edgeStatusPort, layout } from "../../../contract/layout.ts";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import type { AgentContext } from "../context.ts";
import type { Task } from "../../docker/docker.ts";
import { edgeSamples } from "../measure/edge-samples.ts";
import { measureStores } from "../measure/measure-stores.ts";
import { writeMetrics, type Sample } from "../../metrics/metrics.ts";
import { watchDeployments } from "../measure/watch-deployments.ts";
import { serviceSamples } from "../measure/service-samples.ts";

const edgeLimitMs = 2_000;

/**
 * `kaleem-agent containers`: measures every container of the platform, the edge's connections and the stores that tell nobody else,
 * and leaves the numbers for the node exporter; and looks which services were deployed to meanwhile. Run by a timer twice a minute; so no container needs Docker's socket to watch the
 * others, or a store's password. Changes nothing.
 */
export async function containersCommand(context: AgentContext): Promise<{ readonly tasks: number }> {
  const { config, docker, host } = context;
  const [services, found, closedFile] = await Promise.all([
    docker.allServices(),
    docker.allTasks(),
    host.readFile(layout.closed),
  ]);
  const [tasks, edge, engines] = await Promise.all([
    Promise.all(found.map(async (task) => ({ ...task, usage: await docker.usage(task.container.id) }))),
    measureEdge(
      context,
      found.find(({ service }) => service === config.edge),
    ),
    measureStores(context, found),
  ]);
  const samples = serviceSamples({ services, tasks, stores: config.stores, closed: closedFile !== null });
  await writeMetrics(host, layout.metrics, "containers", [...samples, ...edge, ...engines]);
  await watchDeployments({ host, docker, stack: config.stack }, services);
  return { tasks: tasks.length };
}

/** nginx's own counters, which it tells nobody outside the machine. None while it does not answer: the probes say that it is down. */
async function measureEdge(
  { docker, log }: AgentContext,
  task: Task | undefined,
): Promise<readonly Sample[]> {
  const address = task === undefined ? null : await docker.hostAddress(task.container.id);
  if (address === null) return [];
  try {
    const signal = AbortSignal.timeout(edgeLimitMs);
    const answer = await fetch(`http://${address}:${edgeStatusPort}/stub_status`, { signal });
    return edgeSamples(await answer.text());
  } catch (error) {
    log.line(`the edge's connections were not measured: ${sentenceOf(error)}`);
    return [];
  }
}
