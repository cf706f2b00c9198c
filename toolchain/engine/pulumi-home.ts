import { join } from "node:path";
import { cacheDirectory } from "../../workstation/cache/directory.ts";

/** Pulumi's own folder (logs, fetched plugins), kept apart from the user's `~/.pulumi` and its logins. */
export function pulumiHome(): string {
  return join(cacheDirectory(), "pulumi-home");
}
