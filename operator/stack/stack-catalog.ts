import { z } from "zod";
import { withApplications } from "../../catalog/applications/with-applications.ts";
import { catalog as platform } from "../../catalog/catalog.ts";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import { applications } from "../../components/config/applications-block.ts";
import { ConfigError, sentences } from "../../components/config/config-error.ts";
import { readIfThere } from "../../workstation/read-if-there.ts";
import { committedStackFile } from "./committed-stack-file.ts";
import { parseStackFile, type StackFile } from "./stack-file.ts";
import type { Stack } from "./stack.ts";

/** Only switches are looked at here; what else is wrong with the block, the program says. */
const switches = z.record(z.string(), z.looseObject({ enabled: z.boolean().optional() })).catch({});

/**
 * Every service that a stack's file describes, its applications included.
 * @param file how messages name it
 * @throws ConfigError with everything that is wrong with its applications
 */
export function catalogOf({ config = {} }: StackFile, file: string): readonly ServiceDefinition[] {
  const settings = { applications: config["kaleem:applications"] ?? {} };
  const parsed = applications.safeParse(settings.applications);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => ({ ...issue, path: ["applications", ...issue.path] }));
    throw new ConfigError(
      file,
      sentences(
        issues,
        settings,
        () => [],
        () => false,
      ),
    );
  }
  const { catalog, problems } = withApplications(
    platform,
    parsed.data,
    switches.parse(config["kaleem:services"]),
  );
  if (problems.length > 0) throw new ConfigError(file, problems);
  return catalog;
}

/** The services of a stack as its file on this computer describes them: that of a local stack which was never brought up is the committed one. */
export async function stackCatalog(
  stack: Pick<Stack, "stackFile" | "committedFile" | "repository">,
): Promise<readonly ServiceDefinition[]> {
  return catalogOf(await stackFileOf(stack), stack.committedFile);
}

/** A stack's file on this computer, or the committed one where there is none yet. @throws Error when it is no stack file */
export async function stackFileOf(
  stack: Pick<Stack, "stackFile" | "committedFile" | "repository">,
): Promise<StackFile> {
  const text = await readIfThere(stack.stackFile);
  return text === null ? committedStackFile(stack) : parseStackFile(text, stack.stackFile);
}
