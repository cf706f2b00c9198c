/**
 * `npm test`: every stage, what each took, and once more what failed. `npm run check` leaves out what needs containers.
 * Exit code 0 when all passed, 1 when one failed, 2 for a wrong argument.
 */
import { globSync } from "node:fs";
import { resolve } from "node:path";
import { keepingFailures, runProgram, runTests } from "./run-tests.ts";
import { chooseStages, type StageName } from "./stages.ts";

const repository = resolve(import.meta.dirname, "..");

function tool(name: string, ...args: string[]): string[] {
  return [process.execPath, resolve(repository, "node_modules", name), ...args];
}

function testFiles(pattern: string, leaveOut: RegExp): string[] {
  const files = globSync(pattern, { cwd: repository }).filter((file) => !leaveOut.test(file));
  if (files.length === 0) throw new Error(`npm test: no test file matches ${pattern}`);
  return files.sort();
}

const stages: Record<StageName, () => Promise<number>> = {
  types: () => runProgram(tool("typescript/bin/tsc", "-p", ".")),
  lint: () => runProgram(tool("eslint/bin/eslint.js", "--max-warnings", "0", ".")),
  format: () => runProgram(tool("prettier/bin/prettier.cjs", "--check", "--log-level", "warn", ".")),
  unit: () => runTests(testFiles("test/**/*.test.ts", /\.live\.test\.ts$|^test\/e2e\//)),
  live: () => runProgram([process.execPath, "test/live/run.ts"]),
  e2e: () => runProgram([process.execPath, "test/e2e/run.ts"]),
};

async function main(): Promise<number> {
  let chosen: StageName[];
  try {
    chosen = chooseStages(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
  const { result, failures } = await keepingFailures(() => runStages(chosen));
  if (failures !== "") console.log(`\n── what failed\n\n${failures.trimEnd()}`);
  console.log(`\n${result.table.join("\n")}`);
  return result.failed === 0 ? 0 : 1;
}

async function runStages(chosen: readonly StageName[]): Promise<{ table: string[]; failed: number }> {
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
  return { table, failed };
}

process.exitCode = await main();
