import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { command } from "./command.ts";

/** Commands to be built from a Go module that pins them. */
export interface GoBuild {
  /** Folder with `go.mod` and `go.sum`. */
  readonly module: string;
  /** Import paths of the commands. */
  readonly packages: readonly string[];
  readonly tags?: readonly string[];
  /** Beside `-s -w`. */
  readonly linkerFlags?: readonly string[];
  /** Files that a published module forgot: path below `vendor` → content. */
  readonly missingFiles?: Readonly<Record<string, string>>;
}

/**
 * Builds static commands into the folder `target`. Works on a copy with vendored modules, since the module cache is read-only.
 * @throws LocalCommandError when Go is missing or too old, or a module cannot be had
 */
export async function goBuild(
  build: GoBuild,
  target: string,
  report: (detail: string) => void,
): Promise<void> {
  const work = await mkdtemp(path.join(tmpdir(), "kaleem-go-"));
  const options = { cwd: work, env: { CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-buildvcs=false" } };
  try {
    await cp(build.module, work, { recursive: true });
    report("downloads Go modules");
    await command(["go", "mod", "vendor"], options);
    for (const [name, content] of Object.entries(build.missingFiles ?? {})) {
      await writeFile(path.join(work, "vendor", name), content);
    }
    report("compiles");
    await mkdir(target, { recursive: true });
    await command(["go", ...buildArguments(build, target)], options);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The arguments of `go`. Pure. */
export function buildArguments(build: GoBuild, target: string): readonly string[] {
  return [
    ...["build", "-mod=vendor", "-trimpath"],
    ...(build.tags === undefined ? [] : [`-tags=${build.tags.join(",")}`]),
    `-ldflags=${["-s", "-w", ...(build.linkerFlags ?? [])].join(" ")}`,
    ...["-o", `${target}${path.sep}`],
    ...build.packages,
  ];
}
