import type { AgentContext } from "../context.ts";
import type { DeploymentList } from "../answers/deployment-list.ts";
import { readSeen } from "../measure/watch-deployments.ts";

/** `kaleem-agent deployments`: which services were given which images, newest first, and what each is meant to run now. */
export async function deploymentsCommand({ config, docker, host }: AgentContext): Promise<DeploymentList> {
  const [seen, services] = await Promise.all([readSeen(host), docker.allServices()]);
  return {
    stack: config.stack,
    running: Object.fromEntries(services.map(({ name, image }) => [name, image])),
    deployments: seen.deployments,
  };
}
