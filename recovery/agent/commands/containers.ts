import { layout } from "../../layout.ts";
import type { AgentContext } from "../context.ts";
import { writeMetrics } from "../metrics.ts";
import { serviceSamples } from "../service-samples.ts";

/**
 * `kaleem-agent containers`: measures every container of the platform and leaves the numbers for the node exporter. Run by a
 * timer twice a minute; so no container needs Docker's socket to watch the others. Changes nothing.
 */
export async function containersCommand(context: AgentContext): Promise<{ readonly tasks: number }> {
  const { config, docker, host } = context;
  const [services, found, fence] = await Promise.all([
    docker.allServices(),
    docker.allTasks(),
    host.readFile(layout.fence),
  ]);
  const tasks = await Promise.all(
    found.map(async (task) => ({ ...task, usage: await docker.usage(task.container.id) })),
  );
  const samples = serviceSamples({ services, tasks, stores: config.stores, fenced: fence !== null });
  await writeMetrics(host, layout.metrics, "containers", samples);
  return { tasks: tasks.length };
}
