import { rm } from "node:fs/promises";
import { docker, inspect } from "../images/docker.ts";
import { removeUnusedImages } from "../images/remove-unused-images.ts";
import type { StackInstance } from "../instance.ts";
import { cloudUsers } from "./cloud-users.ts";

/**
 * Removes a stack's cloud: registry, S3 server with all that is in it, network, keys and image lock, and from Docker the
 * images that no container uses any more. True when there was something to remove.
 * @throws Error when a machine still uses the cloud
 */
export async function destroyCloud(instance: StackInstance): Promise<boolean> {
  const { cloud } = instance;
  const users = await cloudUsers(instance);
  if (users.length > 0) {
    throw new Error(
      `cloud "${cloud.name}": still used by ${users.join(", ")}; remove those stacks first (./kaleem down --stack <name>)`,
    );
  }
  const parts = [
    ...[cloud.registry, cloud.s3].map((server) => ["container", server.container] as const),
    ...[cloud.registry, cloud.s3].map((server) => ["volume", server.volume] as const),
    ["network", cloud.network] as const,
  ];
  let found = false;
  for (const [kind, name] of parts) {
    if ((await inspect(kind, name)) === undefined) continue;
    found = true;
    await docker([kind, "rm", ...(kind === "network" ? [] : ["--force"]), name]);
  }
  await rm(cloud.folder, { recursive: true, force: true });
  await removeUnusedImages();
  return found;
}
