import { readFileSync, readdirSync } from "node:fs";
import { quote } from "../text/shell.ts";

const files = new URL("files/", import.meta.url);

/** What a program for the host is made of. */
export interface HostScriptParts {
  /** Who speaks in its sentences. */
  readonly program: string;
  /** Shell files below `files/`, in order; `baseline/lib.sh` is put before them. The last one calls `main`. */
  readonly scripts: readonly string[];
  /** A folder below `files/`: whatever in it is no shell script comes along, and is printed by `carried NAME`. */
  readonly carries: string;
  /** In front of every path of the machine, so that a test can have one of its own. @default "" */
  readonly root?: string;
}

/** One bash script of several files, with the plain files that it places on the host. Throws when one is missing. */
export function hostScript({ program, scripts, carries, root = "" }: HostScriptParts): string {
  const carried = readdirSync(new URL(`${carries}/`, files))
    .filter((name) => !name.endsWith(".sh"))
    .sort()
    .map((name) => `    ${quote(name)}) printf '%s' ${quote(read(`${carries}/${name}`))} ;;`);
  return [
    "#!/usr/bin/env bash",
    "# Written by pulumi up, of several files; changes are overwritten.",
    `readonly ROOT=${quoteAlways(root)} PROGRAM=${quoteAlways(program)}`,
    "carried() {",
    "  case $1 in",
    ...carried,
    `    *) printf '%s: no file %s came along\\n' "$PROGRAM" "$1" >&2; exit 2 ;;`,
    "  esac",
    "}",
    "",
    ...["baseline/lib.sh", ...scripts].map(read),
  ].join("\n");
}

function read(name: string): string {
  return readFileSync(new URL(name, files), "utf8");
}

function quoteAlways(word: string): string {
  return word === "" ? "''" : quote(word);
}
