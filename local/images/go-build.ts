import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { command } from "./command.ts";

/** Commands to be built from a Go module that pins them. */
export interface GoBuild {
  /** Folder with `go.mod` and `go.sum`. */
  readonly module: string;
  /** Import paths of the commands; each is called by the last part of its path. */
  readonly packages?: readonly string[];
  /** Commands whose path would not name them: name → import path. */
  readonly named?: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
  /** Beside `-s -w`. */
  readonly linkerFlags?: readonly string[];
  /** Files that a published module forgot: path below `vendor` → content. */
  readonly missingFiles?: Readonly<Record<string, string>>;
  /** Texts to put in place of others: path below `vendor` → what must occur there exactly once → its replacement. */
  readonly edits?: Readonly<Record<string, Readonly<Record<string, string>>>>;
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
    for (const [name, edits] of Object.entries(build.edits ?? {})) {
      const file = path.join(work, "vendor", name);
      await writeFile(file, editText(await readFile(file, "utf8"), edits, name));
    }
    report("compiles");
    await mkdir(target, { recursive: true });
    for (const given of buildArguments(build, target)) await command(["go", ...given], options);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Applies edits; a text that does not occur exactly once is an error, since then the module is not the one that the edit was made for. */
export function editText(text: string, edits: Readonly<Record<string, string>>, name: string): string {
  return Object.entries(edits).reduce((edited, [find, replacement]) => {
    const [before, after, ...more] = edited.split(find);
    if (before === undefined || after === undefined || more.length > 0) {
      throw new Error(
        `vendor/${name}: expected "${find}" exactly once; the edit in the recipe is for another version`,
      );
    }
    return `${before}${replacement}${after}`;
  }, text);
}

/** The arguments of `go`, one list a run. Pure. */
export function buildArguments(build: GoBuild, target: string): readonly (readonly string[])[] {
  const common = [
    ...["build", "-mod=vendor", "-trimpath"],
    ...(build.tags === undefined ? [] : [`-tags=${build.tags.join(",")}`]),
    `-ldflags=${["-s", "-w", ...(build.linkerFlags ?? [])].join(" ")}`,
  ];
  const { packages = [], named = {} } = build;
  return [
    ...(packages.length === 0 ? [] : [[...common, "-o", `${target}${path.sep}`, ...packages]]),
    ...Object.entries(named).map(([name, from]) => [...common, "-o", path.join(target, name), from]),
  ];
}
