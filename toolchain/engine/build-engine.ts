import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cached, isFresh } from "../../workstation/cache/cached.ts";
import { contentKey } from "../../workstation/cache/content-key.ts";
import { cacheDirectory } from "../../workstation/cache/directory.ts";
import { runCommand } from "../../workstation/run-command.ts";
import { pinnedVersion } from "./engine.ts";
import { findGo } from "./go.ts";

const modules = join(import.meta.dirname, "modules");

/** One program: the folder whose go.mod and go.sum pin it, its package, and how that is compiled. */
interface Program {
  readonly name: string;
  readonly module: string;
  readonly package: string;
  readonly flags: readonly string[];
  /** Its number of packages, for the progress line only. */
  readonly packages: number;
}

const programs: readonly Program[] = [
  {
    name: "pulumi",
    module: join(modules, "cli"),
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    flags: [
      "-tags=osusergo,grpcnotrace",
      `-ldflags=-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${pinnedVersion}`,
    ],
    packages: 1700,
  },
  {
    name: "pulumi-language-nodejs",
    module: join(modules, "language-host"),
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    flags: ["-ldflags=-s -w"],
    packages: 500,
  },
];

const commonFlags = ["-mod=readonly", "-trimpath", "-buildvcs=false"];

/**
 * The newest language host published as a module is older than the engine and does not read the project's
 * `typescript: false` from it, so it would load the TypeScript compiler in every run; this says it on its command line.
 */
const languageHostWrapper = `#!/bin/sh
exec "\${0%/*}/../libexec/pulumi-language-nodejs" -typescript=false "$@"
`;

/** A name for what `buildEngine` makes. The compiler's version is no part of it: a newer Go is no reason to build again. */
function engineKey(): string {
  return contentKey([
    ...programs.flatMap((program) => [
      { file: join(program.module, "go.mod") },
      { file: join(program.module, "go.sum") },
      ...program.flags,
    ]),
    ...commonFlags,
    languageHostWrapper,
    process.arch,
  ]);
}

/** The `pulumi` that was built earlier from the same pinned modules, if there is one not older than a month. */
export function findBuiltEngine(): string | undefined {
  const key = engineKey();
  return isFresh("engine", key) ? join(cacheDirectory(), "engine", key, "bin", "pulumi") : undefined;
}

/**
 * Builds the engine and its Node.js language host from their Go modules (some 5 minutes on 2 cores, the first time)
 * and returns the path of `pulumi`; at once when that was done within a month. Needs the Go module proxy or a filled
 * module cache; what it builds is pinned by the go.sum files beside it.
 */
export async function buildEngine(
  report: (detail: string) => void,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const built = await cached(
    "engine",
    engineKey(),
    async (directory) => {
      const go = await findGo(environment);
      await mkdir(join(directory, "bin"));
      await mkdir(join(directory, "libexec"));
      for (const program of programs) {
        const folder = program.name === "pulumi" ? "bin" : "libexec";
        await compile(go, program, join(directory, folder, program.name), report, environment);
      }
      await writeFile(join(directory, "bin", "pulumi-language-nodejs"), languageHostWrapper, { mode: 0o755 });
    },
    {
      onWait: () => {
        report("another run is building it");
      },
      // The compiler and its libraries are no part of the key: a month later they may have been mended.
      onKeptOld: (why, made) => {
        report(`the one of ${made.toISOString().slice(0, 10)} stays: ${why.message.split("\n")[0] ?? ""}`);
      },
    },
  );
  return join(built, "bin", "pulumi");
}

async function compile(
  go: string,
  program: Program,
  output: string,
  report: (detail: string) => void,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  let downloaded = 0;
  let compiled = 0;
  const built = await runCommand(
    [go, "build", "-v", ...commonFlags, ...program.flags, "-o", output, program.package],
    {
      cwd: program.module,
      environment: { ...environment, CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOFLAGS: "", GOWORK: "off" },
      onLine: (line) => {
        if (line.startsWith("go: downloading ")) {
          downloaded += 1;
          report(`${program.name}: ${String(downloaded)} Go modules downloaded`);
        } else {
          compiled += 1;
          report(
            `${program.name}: ${String(compiled)} of about ${String(program.packages)} packages compiled`,
          );
        }
      },
    },
  );
  if (built.code === 0) return;
  const reason = built.stderr
    .trimEnd()
    .split("\n")
    .filter((line) => !line.startsWith("go: downloading "))
    .slice(-8)
    .join("\n");
  throw new Error(
    `engine: ${program.name} could not be built from ${program.package}:\n${reason}\n` +
      `If the Go module proxy is out of reach, put the official pulumi on PATH instead.`,
  );
}
