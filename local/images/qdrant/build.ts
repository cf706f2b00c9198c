import { fileURLToPath } from "node:url";
import { bundleProgram } from "../bundle-program.ts";

/** Bundles the server into one file that runs on Debian's Node with nothing beside it; returns what it was made of. */
export async function buildQdrant(outfile: string): Promise<readonly string[]> {
  return bundleProgram(fileURLToPath(new URL("server/main.ts", import.meta.url)), outfile);
}
