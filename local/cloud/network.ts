import type { CloudInstance } from "../instance.ts";
import { docker, inspect } from "../images/docker.ts";

/** The labels of something as arguments of `docker … create`. */
export function labelArguments(labels: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
}

/**
 * Makes the cloud's network unless it is there. True when it was made now.
 * @throws LocalCommandError when another network holds the subnet
 */
export async function ensureNetwork(cloud: CloudInstance): Promise<boolean> {
  if ((await inspect("network", cloud.network)) !== undefined) return false;
  await docker([
    ...["network", "create", "--subnet", cloud.subnet, "--gateway", cloud.gateway],
    ...["--ip-range", cloud.addressRange, ...labelArguments(cloud.labels), cloud.network],
  ]);
  return true;
}
