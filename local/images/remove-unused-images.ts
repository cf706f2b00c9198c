import { LocalCommandError } from "./command.ts";
import { docker } from "./docker.ts";

/**
 * Removes the images made here from Docker, unless any stack or cloud of any checkout is still there: they are shared, and
 * come back from the cache when wanted.
 */
export async function removeUnusedImages(): Promise<void> {
  const containers = await docker(["ps", "--all", "--quiet", "--filter", "label=kaleem.checkout"]);
  if (containers !== "") return;
  const listing = await docker(["image", "ls", "--format", "{{.Repository}}:{{.Tag}}", "kaleem/*"]);
  for (const reference of listing.split("\n").filter((line) => line !== "")) {
    await removeImage(reference);
  }
}

/** Removes one image from Docker, unless a container has it or it is gone already. */
export async function removeImage(reference: string): Promise<void> {
  try {
    await docker(["image", "rm", reference]);
  } catch (error) {
    // Another run has just taken it into use, or has removed it this moment.
    const kept = error instanceof LocalCommandError && /conflict|no such image/i.test(error.stderr);
    if (!kept) throw error;
  }
}
