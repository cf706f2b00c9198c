import { LocalCommandError } from "./command.ts";
import { docker } from "./docker.ts";

/** Removes from Docker the images made here that no container needs; they come back from the cache when wanted. */
export async function removeUnusedImages(): Promise<void> {
  const listing = await docker(["image", "ls", "--format", "{{.Repository}}:{{.Tag}}", "kaleem/*"]);
  for (const reference of listing.split("\n").filter((line) => line !== "")) {
    try {
      await docker(["image", "rm", reference]);
    } catch (error) {
      // Another stack or checkout runs it, or has removed it this moment.
      const kept = error instanceof LocalCommandError && /conflict|no such image/i.test(error.stderr);
      if (!kept) throw error;
    }
  }
}
