import { readFile, writeFile } from "node:fs/promises";
import { docker } from "../local/images/docker.ts";
import { parseLock, renderLock } from "../local/images/image-lock.ts";
import { registryDigest } from "../operator/images/registry-client.ts";
import type { CloudInstance } from "../local/instance.ts";

/**
 * Makes another image of one key: the same files, another label, so another digest, as a new build would have. Leaves the cloud's own lock
 * as it is, and names the lock with the variant in it, relative to the repository as the stack file wants it.
 */
export async function lockWithVariant(cloud: CloudInstance, key: string, label: string): Promise<string> {
  const lock = parseLock(await readFile(cloud.imageLock, "utf8"));
  const entry = lock?.[key];
  if (lock === undefined || entry === undefined)
    throw new Error(`${cloud.imageLockName}: expected an image ${key}, got none`);
  const registry = `127.0.0.1:${cloud.registry.port}`;
  const repository = `kaleem/${key}`;
  const digest = entry.ref.replace(/^.*@/, "");
  const variant = `${registry}/${repository}:${label}`;
  const container = (await docker(["create", `${registry}/${repository}@${digest}`, "true"])).trim();
  try {
    await docker(["commit", "--change", `LABEL kaleem.variant=${label}`, container, variant]);
    await docker(["push", "--quiet", variant]);
  } finally {
    await docker(["rm", container]);
  }
  await docker(["image", "rm", variant]);
  const pushed = await registryDigest(registry, repository, label);
  if (pushed === undefined) throw new Error(`${variant}: pushed, but the registry does not have it`);
  const ref = `${cloud.registry.authority}/${repository}:${label}@${pushed}`;
  const name = cloud.imageLockName.replace(/[^/]+$/, "variant.lock.json");
  await writeFile(
    cloud.imageLock.replace(/[^/]+$/, "variant.lock.json"),
    renderLock({ ...lock, [key]: { ...entry, ref } }),
  );
  return name;
}
