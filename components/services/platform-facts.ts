import type { StackConfig } from "../config/load.ts";
import { nginx } from "../edge/nginx.ts";
import type { PlatformFacts, ServiceDefinition } from "./definition.ts";

/** What files that are made for a service may depend on, of one stack that runs these services. Pure. */
export function platformFacts(
  stack: string,
  config: StackConfig,
  running: readonly ServiceDefinition[],
): PlatformFacts {
  return {
    stack,
    catalog: [...running, nginx],
    serverName: config.edge.serverName,
    monitoring: config.monitoring,
    hasSecret: config.hasSecret,
  };
}
