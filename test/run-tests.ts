import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants, setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseOutcomes, summarize } from "./outcomes.ts";
import { repositoryRoot as repository } from "../workstation/repository.ts";

/** The folder that outcomes are told to; every program that a run starts inherits it. */
const folderVariable = "KALEEM_TEST_OUTCOMES";

/** Runs a program in the repository, on this terminal; its exit code, 1 when a signal ended it. */
export function runProgram(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  return exitCodeOf(start(argv, "inherit", env));
}

/**
 * Runs a program beside others, in what time those leave: its exit code, and all that it said, for whoever tells it in order.
 */
export async function runBeside(argv: readonly string[]): Promise<{ code: number; said: string }> {
  const child = start(argv, "pipe");
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => (said += text));
  }
  const code = await exitCodeOf(child);
  return { code, said };
}

function start(
  [program = "", ...args]: readonly string[],
  output: "inherit" | "pipe",
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(program, args, {
    cwd: repository,
    stdio: ["ignore", output, output],
    env: { ...process.env, ...env },
  });
}

function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => {
      done(code ?? 1);
    });
  });
}

/** Keeps what a program says until it is its turn to be told; from then on it is told as it comes. */
export class HeldOutput {
  #held: Buffer[] | null = [];

  readonly say = (piece: Buffer): void => {
    if (this.#held === null) process.stdout.write(piece);
    else this.#held.push(piece);
  };

  release(): void {
    for (const piece of this.#held ?? []) process.stdout.write(piece);
    this.#held = null;
  }
}

function runHeld(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  output: HeldOutput,
): Promise<number> {
  // Through a pipe a program takes this for no terminal.
  const colours = process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
  const child = start(argv, "pipe", { ...colours, ...env });
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", output.say);
  return exitCodeOf(child);
}

/** Runs test files by `node --test`, on this terminal, or held; within {@link runAndTell} what did not pass is kept as well. */
export function runTests(
  files: readonly string[],
  {
    flags = [],
    env = {},
    output,
  }: { flags?: readonly string[]; env?: Readonly<Record<string, string>>; output?: HeldOutput } = {},
): Promise<number> {
  const folder = process.env[folderVariable];
  const reporters =
    folder === undefined
      ? []
      : [
          ...["--test-reporter=spec", "--test-reporter-destination=stdout"],
          `--test-reporter=${pathToFileURL(join(import.meta.dirname, "failures-reporter.ts")).href}`,
          `--test-reporter-destination=${join(folder, `${Date.now()}-${randomUUID()}.outcomes`)}`,
        ];
  const argv = [process.execPath, "--test", ...reporters, ...flags, ...files];
  return output === undefined ? runProgram(argv, env) : runHeld(argv, env, output);
}

/** What a run of tests came to. */
export interface RunResult {
  /** 0 when all passed. */
  readonly code: number;
  /** What each part took, printed last. */
  readonly table: readonly string[];
}

/**
 * Runs `work`, then tells once more what the tests on the way did not pass, since in a long run it scrolls away: what failed,
 * what was skipped, which programs were missing. Keeps that, and what the run was made with, in `.kaleem/tests`. Within
 * another run that one tells. Returns the exit code: that of `work`, and 1 when a test was skipped that must not be.
 */
export async function runAndTell(name: string, work: () => Promise<RunResult>): Promise<number> {
  if (process.env[folderVariable] !== undefined) {
    const { code, table } = await work();
    if (table.length > 0) console.log(`\n${table.join("\n")}`);
    return code;
  }
  const began = new Date();
  const folder = mkdtempSync(join(tmpdir(), "kaleem-tests-"));
  process.env[folderVariable] = folder;
  try {
    const { code, table } = await work();
    const outcomes = parseOutcomes(filesOf(folder, ".outcomes").join(""));
    const { text, unallowed } = summarize(outcomes);
    if (text !== "") console.log(`\n${text.trimEnd()}`);
    const skips = unallowed.length === 0 ? [] : [`✗ ${unallowed.length} skipped that must not be`];
    const lines = [...table, ...skips];
    const versions = filesOf(folder, ".versions").map((file) => JSON.parse(file) as unknown);
    const kept = keepRecord(name, { began, ended: new Date(), table: lines, outcomes, versions });
    console.log(`\n${[...lines, `kept in ${kept}`].join("\n")}`);
    return unallowed.length > 0 && code === 0 ? 1 : code;
  } finally {
    Reflect.deleteProperty(process.env, folderVariable);
    rmSync(folder, { recursive: true });
  }
}

/** Keeps with the run's results what it is made with. */
export function keepVersions(versions: object): void {
  const folder = process.env[folderVariable];
  if (folder === undefined) return;
  writeFileSync(join(folder, `${Date.now()}-${randomUUID()}.versions`), JSON.stringify(versions));
}

function filesOf(folder: string, ending: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  return names.sort().map((name) => readFileSync(join(folder, name), "utf8"));
}

/** Writes a run's record and gives its path in the repository. */
function keepRecord(
  name: string,
  record: { readonly began: Date } & Readonly<Record<string, unknown>>,
): string {
  const file = join(".kaleem", "tests", `${record.began.toISOString().replace(/:/g, "-")}-${name}.json`);
  mkdirSync(join(repository, ".kaleem", "tests"), { recursive: true, mode: 0o700 });
  writeFileSync(join(repository, file), `${JSON.stringify(record, null, 2)}\n`);
  return file;
}
