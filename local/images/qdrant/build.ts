import { fileURLToPath } from "node:url";
import { bundleProgram } from "../bundle-program.ts";

/** Bundles the server into one file that runs on Debian's Node with nothing beside it. */
export async function buildQdrant(outfile: string): Promise<void> {
  await bundleProgram(fileURLToPath(new URL("server/main.ts", import.meta.url)), outfile);
}
