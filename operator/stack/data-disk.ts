import { readFile } from "node:fs/promises";
import { parseStackFile } from "./stack-file.ts";
import type { Stack } from "./stack.ts";

/** Whether a stack's live data share the machine's disk with the local repository, or have one of their own. */
export type DataDisk = "shared" | "own";

/** As the stack's file says it; null when it does not, and the screen is then silent about it. */
export async function dataDiskOf({
  stackFile,
  committedFile,
}: Pick<Stack, "stackFile" | "committedFile">): Promise<DataDisk | null> {
  const { config = {} } = parseStackFile(await readFile(stackFile, "utf8"), committedFile);
  const volume = config["kaleem:dataVolume"];
  const kind = typeof volume === "object" && volume !== null && "kind" in volume ? volume.kind : null;
  if (kind === "loop") return "shared";
  return kind === "device" ? "own" : null;
}
