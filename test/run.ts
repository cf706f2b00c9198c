/**
 * `./kaleem test`, which `npm test` calls: what the stages need on this machine, then every stage, what each took, and once more what failed, was skipped
 * or was missing. `./kaleem check` leaves out what needs containers. Exit code 0 when all passed, 1 when one failed, was
 * skipped without leave or cannot run on this machine, 2 for a wrong argument.
 */
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { sentenceOf } from "../contract/sentence-of.ts";
import { runOperatorCommand } from "../operator/command-line.ts";
import { OperatorCommand } from "../operator/operator-command.ts";
import { ensurePrerequisites } from "../local/prerequisites/ensure-prerequisites.ts";
import { actionlintArguments, findActionlint } from "../toolchain/actionlint/bring-actionlint.ts";
import { terminalProgress } from "../workstation/progress.ts";
import { HeldOutput, runAndTell, runBeside, runProgram, runTests, type RunResult } from "./run-tests.ts";
import { chooseStages, occasionsOf, stages as allStages, type StageName } from "./stages.ts";
import { repositoryRoot as repository } from "../workstation/repository.ts";

function tool(name: string, ...args: string[]): string[] {
  return [process.execPath, resolve(repository, "node_modules", name), ...args];
}

function testFiles(pattern: string, leaveOut: RegExp): string[] {
  const files = globSync(pattern, { cwd: repository }).filter((file) => !leaveOut.test(file));
  if (files.length === 0) throw new Error(`test: no test file matches ${pattern}`);
  return files.sort();
}

const names = allStages.map(({ name }) => name);
/** What a run keeps for the next: found again by content, so that it can be as wrong as the program that wrote it, and no more. */
function cached(name: string): string {
  return resolve(repository, "node_modules", ".cache", name);
}

/** What reads the code and starts nothing else: side by side, since each of them keeps one processor busy. */
const readers: Partial<Record<StageName, () => readonly (readonly string[])[]>> = {
  types: () => [
    tool("typescript/bin/tsc", "-p", ".", "--incremental", "--tsBuildInfoFile", cached("types.tsbuildinfo")),
  ],
  // Without a cache: what a line may say depends on the types of other files.
  lint: () => [tool("eslint/bin/eslint.js", "--max-warnings", "0", "."), ...workflowLint()],
  format: () => [
    tool(
      "prettier/bin/prettier.cjs",
      ...["--check", "--log-level", "warn", "."],
      ...["--cache", "--cache-strategy", "content", "--cache-location", cached("format")],
    ),
  ],
};

function runUnit(output: HeldOutput): Promise<number> {
  return runTests(testFiles("test/**/*.test.ts", /\.live\.test\.ts$|^test\/e2e\//), {
    // By itself Node leaves one processor idle, which is half of two.
    flags: [`--test-concurrency=${availableParallelism()}`],
    // Hundreds of short processes load the same modules: compiled once.
    env: { NODE_COMPILE_CACHE: cached("compiled") },
    output,
  });
}

const runners: Partial<Record<StageName, () => Promise<number>>> = {
  live: () => runProgram([process.execPath, "test/live/run.ts"]),
  e2e: () => runProgram([process.execPath, "test/e2e/run.ts"]),
};

/** Where actionlint was built before; else it is the stage `live` that builds it, and runs it. */
function workflowLint(): (readonly string[])[] {
  const actionlint = findActionlint();
  if (actionlint !== undefined) return [actionlintArguments(actionlint)];
  console.log("the workflows: not yet, actionlint was never built here; the stage live does both");
  return [];
}

async function main(): Promise<number> {
  new OperatorCommand("test")
    .description("Runs every stage of the tests, or some of them, after installing what they need.")
    .option("--only <stages>", `only these, separated by commas: ${names.join(", ")}`)
    .option("--without <stages>", "all but these; `check` is all without live,e2e")
    .parse();
  let chosen: StageName[];
  try {
    chosen = chooseStages(process.argv.slice(2));
  } catch (error) {
    console.error(sentenceOf(error));
    return 2;
  }
  try {
    await ensurePrerequisites(terminalProgress(), occasionsOf(chosen));
  } catch (error) {
    console.error(`\n${sentenceOf(error)}`);
    return 1;
  }
  return runAndTell(chosen.length === allStages.length ? "test" : chosen.join("+"), () => runStages(chosen));
}

/** One stage's exit code, and the line that tells what it took. */
interface StageOutcome {
  readonly code: number;
  readonly line: string;
}

async function runStages(chosen: readonly StageName[]): Promise<RunResult> {
  const outcomes = await runCheap(chosen);
  for (const stage of chosen) {
    const run = runners[stage];
    if (run === undefined) continue;
    // Nothing costly runs on code that does not even type-check; the cheap stages all report.
    if (outcomes.some(({ code }) => code !== 0)) break;
    console.log(`\n── ${stage}`);
    outcomes.push(await timed(stage, run));
  }
  return {
    table: outcomes.map(({ line }) => line),
    code: outcomes.every(({ code }) => code === 0) ? 0 : 1,
  };
}

/** Readers leave much of a processor idle, and so do tests that wait: they run side by side, and are told one after the other. */
async function runCheap(chosen: readonly StageName[]): Promise<StageOutcome[]> {
  const began = performance.now();
  const output = new HeldOutput();
  const unit = chosen.includes("unit") ? timed("unit", () => runUnit(output)) : null;
  const outcomes = await runReaders(chosen);
  if (unit === null) return outcomes;
  console.log("\n── unit");
  output.release();
  outcomes.push(await unit);
  return outcomes.length === 1 ? outcomes : [...outcomes, inAll(began, outcomes)];
}

function inAll(began: number, outcomes: readonly StageOutcome[]): StageOutcome {
  const code = Math.max(...outcomes.map((one) => one.code));
  return { code, line: lineOf(`${outcomes.length} at once`, code, began) };
}

async function runReaders(chosen: readonly StageName[]): Promise<StageOutcome[]> {
  const reading = chosen.flatMap((stage) => {
    const programs = readers[stage]?.();
    if (programs === undefined) return [];
    const said: string[] = [];
    const outcome = timed(stage, async () => {
      let worst = 0;
      for (const argv of programs) {
        const result = await runBeside(argv);
        said.push(result.said);
        worst = Math.max(worst, result.code);
      }
      return worst;
    });
    return [{ stage, said, outcome }];
  });
  const outcomes: StageOutcome[] = [];
  for (const { stage, said, outcome } of reading) {
    outcomes.push(await outcome);
    console.log(`\n── ${stage}\n${said.join("")}`.trimEnd());
  }
  return outcomes;
}

async function timed(stage: StageName, run: () => Promise<number>): Promise<StageOutcome> {
  const began = performance.now();
  const code = await run();
  return { code, line: lineOf(stage, code, began) };
}

function lineOf(name: string, code: number, began: number): string {
  const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(7);
  return `${code === 0 ? "✓" : "✗"} ${name.padEnd(9)} ${seconds} s`;
}

await runOperatorCommand(main);
