import { docker, inspect } from "../images/docker.ts";
import type { StackInstance } from "../instance.ts";

/** The stacks whose machines, running or not, are in the cloud of `instance`; sorted. */
export async function cloudUsers(instance: StackInstance): Promise<readonly string[]> {
  const { network } = instance.cloud;
  if ((await inspect("network", network)) === undefined) return [];
  const filters = ["--filter", `network=${network}`, "--filter", "label=kaleem.stack"];
  const listing = await docker(["ps", "--all", ...filters, "--format", '{{.Label "kaleem.stack"}}']);
  return listing
    .split("\n")
    .filter((stack) => stack !== "")
    .sort();
}
