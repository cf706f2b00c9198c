import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { mergeSettings } from "./merge-settings.ts";
import { parseStackFile, type StackFile } from "./stack-file.ts";

/** The committed stack file of every emulated stack. */
const committedName = "Pulumi.local.yaml";

/** Only switches are looked at here; what else is wrong with a block, the program says, path first. */
const switches = z.record(z.string(), z.looseObject({ enabled: z.boolean().optional() })).catch({});

/** Reads `Pulumi.local.yaml`. @throws Error when it is no stack file */
export async function committedStackFile(repository: string): Promise<StackFile> {
  return parseStackFile(await readFile(join(repository, committedName), "utf8"), committedName);
}

/** What is written of each service's switch, in the committed file and in the settings that win over it; no default. */
export async function writtenServices(
  repository: string,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Readonly<Record<string, { readonly enabled?: boolean | undefined }>>> {
  const { config = {} } = await committedStackFile(repository);
  const both = mergeSettings({ services: config["kaleem:services"] }, settings);
  return switches.parse(both["services"]);
}
