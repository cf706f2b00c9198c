import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { mergeSettings } from "./merge-settings.ts";
import { parseStackFile, type StackFile } from "./stack-file.ts";
import type { Stack } from "./stack.ts";

type Committed = Pick<Stack, "repository" | "committedFile">;

/** Only switches are looked at here; what else is wrong with a block, the program says, path first. */
const switches = z.record(z.string(), z.looseObject({ enabled: z.boolean().optional() })).catch({});

/** Reads a stack's committed file. @throws Error when it is no stack file */
export async function committedStackFile({ repository, committedFile }: Committed): Promise<StackFile> {
  return parseStackFile(await readFile(join(repository, committedFile), "utf8"), committedFile);
}

/** What is written of each service's switch, in the committed file and in the settings that win over it; no default. */
export async function writtenServices(
  stack: Committed,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Readonly<Record<string, { readonly enabled?: boolean | undefined }>>> {
  const { config = {} } = await committedStackFile(stack);
  const both = mergeSettings({ services: config["kaleem:services"] }, settings);
  return switches.parse(both["services"]);
}
