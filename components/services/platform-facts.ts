import type { StackSettings } from "../config/schema.ts";
import { nginx } from "../edge/nginx.ts";
import type { PlatformFacts, ServiceDefinition } from "./definition.ts";

/** What files that are made for a service may depend on, of one stack that runs these services. Pure. */
export function platformFacts(
  stack: string,
  settings: StackSettings,
  running: readonly ServiceDefinition[],
): PlatformFacts {
  return { stack, catalog: [...running, nginx], settings };
}
