/**
 * `./kaleem test`, which `npm test` calls: what the stages need on this machine, then every stage, what each took, and once more what failed, was skipped
 * or was missing. `./kaleem check` leaves out what needs containers. Exit code 0 when all passed, 1 when one failed, was
 * skipped without leave or cannot run on this machine, 2 for a wrong argument.
 */
import { globSync } from "node:fs";
import { resolve } from "node:path";
import { sentenceOf } from "../contract/sentence-of.ts";
import { runOperatorCommand } from "../operator/command-line.ts";
import { OperatorCommand } from "../operator/operator-command.ts";
import { ensurePrerequisites } from "../local/prerequisites/ensure-prerequisites.ts";
import { actionlintArguments, findActionlint } from "../toolchain/actionlint/bring-actionlint.ts";
import { terminalProgress } from "../workstation/progress.ts";
import { runAndTell, runProgram, runTests, type RunResult } from "./run-tests.ts";
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
const stages: Record<StageName, () => Promise<number>> = {
  types: () => runProgram(tool("typescript/bin/tsc", "-p", ".")),
  lint: async () => {
    const code = await runProgram(tool("eslint/bin/eslint.js", "--max-warnings", "0", "."));
    return Math.max(code, await lintWorkflows());
  },
  format: () => runProgram(tool("prettier/bin/prettier.cjs", "--check", "--log-level", "warn", ".")),
  unit: () => runTests(testFiles("test/**/*.test.ts", /\.live\.test\.ts$|^test\/e2e\//)),
  live: () => runProgram([process.execPath, "test/live/run.ts"]),
  e2e: () => runProgram([process.execPath, "test/e2e/run.ts"]),
};

/** Where actionlint was built before; else it is the stage `live` that builds it, and runs it. */
function lintWorkflows(): Promise<number> {
  const actionlint = findActionlint();
  if (actionlint !== undefined) return runProgram(actionlintArguments(actionlint));
  console.log("the workflows: not yet, actionlint was never built here; the stage live does both");
  return Promise.resolve(0);
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
  return runAndTell(chosen.length === Object.keys(stages).length ? "test" : chosen.join("+"), () =>
    runStages(chosen),
  );
}

async function runStages(chosen: readonly StageName[]): Promise<RunResult> {
  const table: string[] = [];
  let failed = 0;
  for (const stage of chosen) {
    console.log(`\n── ${stage}`);
    const start = performance.now();
    const code = await stages[stage]();
    if (code !== 0) failed += 1;
    table.push(
      `${code === 0 ? "✓" : "✗"} ${stage.padEnd(8)} ${((performance.now() - start) / 1000).toFixed(1).padStart(7)} s`,
    );
    // Nothing costly runs on code that does not even type-check; the cheap stages all report.
    if (failed > 0 && stage === "unit") break;
  }
  return { table, code: failed === 0 ? 0 : 1 };
}

await runOperatorCommand(main);
