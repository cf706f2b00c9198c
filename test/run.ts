/**
 * `npm test`: every stage, and what each took. `npm run check` leaves out what needs containers.
 * Exit code 0 when all passed, 1 when one failed, 2 for a wrong argument.
 */
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { resolve } from "node:path";
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

const commands: Record<StageName, () => string[]> = {
  types: () => tool("typescript/bin/tsc", "-p", "."),
  lint: () => tool("eslint/bin/eslint.js", "--max-warnings", "0", "."),
  format: () => tool("prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."),
  unit: () => [
    process.execPath,
    "--test",
    ...testFiles("test/**/*.test.ts", /\.live\.test\.ts$|^test\/e2e\//),
  ],
  live: () => [process.execPath, "test/live/run.ts"],
  e2e: () => [process.execPath, "test/e2e/run.ts"],
};

function run(argv: readonly string[]): Promise<number> {
  const [program = "", ...args] = argv;
  return new Promise((done, fail) => {
    const child = spawn(program, args, { cwd: repository, stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", fail);
    child.on("exit", (code) => {
      done(code ?? 1);
    });
  });
}

async function main(): Promise<number> {
  let chosen: StageName[];
  try {
    chosen = chooseStages(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
  const table: string[] = [];
  let failed = 0;
  for (const stage of chosen) {
    console.log(`\n── ${stage}`);
    const start = performance.now();
    const code = await run(commands[stage]());
    if (code !== 0) failed += 1;
    table.push(
      `${code === 0 ? "✓" : "✗"} ${stage.padEnd(8)} ${((performance.now() - start) / 1000).toFixed(1).padStart(7)} s`,
    );
    // Nothing costly runs on code that does not even type-check; the cheap stages all report.
    if (failed > 0 && stage === "unit") break;
  }
  console.log(`\n${table.join("\n")}`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
