import { existsSync } from "node:fs";
import { join } from "node:path";
import { cached } from "../../workstation/cache/cached.ts";
import { contentKey } from "../../workstation/cache/content-key.ts";
import { cacheDirectory } from "../../workstation/cache/directory.ts";
import { runCommand } from "../../workstation/run-command.ts";
import { findGo } from "../engine/go.ts";

const kind = "actionlint";
const program = "actionlint";
const module = join(import.meta.dirname, "module");
const command = "github.com/rhysd/actionlint/cmd/actionlint";
const buildFlags = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags=-s -w"];
const purpose = {
  who: program,
  what: "actionlint, which reads the workflows",
  instead: "leave the live tests out here",
};

function key(): string {
  return contentKey([
    { file: join(module, "go.mod") },
    { file: join(module, "go.sum") },
    ...buildFlags,
    process.arch,
  ]);
}

/** The actionlint that was built before; undefined for none. */
export function findActionlint(): string | undefined {
  const file = join(cacheDirectory(), kind, key(), program);
  return existsSync(file) ? file : undefined;
}

/**
 * What finds mistakes in workflows before GitHub does, built from its Go module, which go.sum pins (half a minute the first time).
 * @throws Error when it cannot be built, with what to do
 */
export async function bringActionlint(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const folder = await cached(kind, key(), async (temporary) => {
    const go = await findGo(environment, undefined, purpose);
    const argv = [go, "build", ...buildFlags, "-o", join(temporary, program), command] as const;
    const ended = await runCommand(argv, {
      cwd: module,
      environment: { ...environment, CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOFLAGS: "", GOWORK: "off" },
    });
    if (ended.code !== 0)
      throw new Error(
        `actionlint: it could not be built from ${command}:\n${ended.stderr.trimEnd().split("\n").slice(-8).join("\n")}\n` +
          "Run this where a Go module proxy can be reached.",
      );
  });
  return join(folder, program);
}

/** Its command line over the repository's workflows; shell lines are read by shellcheck, which the tests need anyway. */
export function actionlintArguments(actionlint: string): [string, ...string[]] {
  return [actionlint, "-no-color", "-shellcheck=shellcheck", "-pyflakes="];
}
