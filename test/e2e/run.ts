/**
 * The end-to-end run: one stack with the real engine and real containers, one file after the other, because each
 * builds on the machine that the one before left. Prints what each part took, and removes all that it made.
 * Exit code 0 when all passed.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { cacheDirectory } from "../../workstation/cache/directory.ts";
import { runProgram, runTests } from "../run-tests.ts";
import { story } from "./story.ts";
import { testStack } from "./support/test-stack.ts";

async function main(): Promise<number> {
  const cached = existsSync(resolve(cacheDirectory(), "engine"));
  const table: string[] = [];
  const began = performance.now();
  let failed = 0;
  for (const part of story) {
    console.log(`\n── e2e: ${part.name}`);
    const start = performance.now();
    const code = await runTests([part.file]);
    if (code !== 0) failed += 1;
    const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(7);
    table.push(`${code === 0 ? "✓" : "✗"} ${part.name.padEnd(28)} ${seconds} s`);
    if (code !== 0 && part.required) break;
  }
  console.log("\n── e2e: remove what was made");
  for (const stack of [testStack.name, testStack.rebuilt]) {
    const code = await runProgram([
      process.execPath,
      "operator/commands/down.ts",
      "--stack",
      stack,
      "--offsite-of",
      testStack.name,
    ]);
    if (code !== 0) failed += 1;
  }
  const total = ((performance.now() - began) / 1000).toFixed(0);
  console.log(
    `\n${table.join("\n")}\ne2e took ${total} s, engine and images ${cached ? "cached" : "from nothing"}`,
  );
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
