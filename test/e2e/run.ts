/**
 * The end-to-end run: one stack with the real engine and real containers, one file after the other, because each
 * builds on the machine that the one before left. Prints what each part took, and removes all that it made.
 * Exit code 0 when all passed.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { cacheDirectory } from "../../workstation/cache/directory.ts";
import { findOrBuildEngine } from "../../toolchain/engine/find-or-build-engine.ts";
import { prepareImages } from "../../local/images/prepare-images.ts";
import { ensurePrerequisites } from "../../local/prerequisites/ensure-prerequisites.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { runAndTell, runProgram, runTests, type RunResult } from "../run-tests.ts";
import { tellVersions } from "../tell-versions.ts";
import { renderShares, story, type Share } from "./story.ts";
import { testStack } from "./support/test-stack.ts";

async function main(): Promise<RunResult> {
  const cached = existsSync(resolve(cacheDirectory(), "engine"));
  const table: string[] = [];
  const began = performance.now();
  const spent = new Map<Share, number>();
  let failed = 0;
  await tellWhatItIsMadeWith();
  for (const part of story) {
    console.log(`\n── e2e: ${part.name}`);
    const start = performance.now();
    const code = await runTests([part.file]);
    if (code !== 0) failed += 1;
    const seconds = (performance.now() - start) / 1000;
    spent.set(part.share, (spent.get(part.share) ?? 0) + seconds);
    table.push(`${code === 0 ? "✓" : "✗"} ${part.name.padEnd(28)} ${seconds.toFixed(1).padStart(7)} s`);
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
  table.push(
    ...renderShares(spent),
    `e2e took ${total} s, engine and images ${cached ? "cached" : "from nothing"}`,
  );
  return { code: failed === 0 ? 0 : 1, table };
}

/** Makes the engine and the images here, so that what they bring is known, and told, before anything is tried on them. */
async function tellWhatItIsMadeWith(): Promise<void> {
  const progress = terminalProgress();
  const { dockerVersion } = await ensurePrerequisites(progress, ["e2e"]);
  const engine = await findOrBuildEngine(progress);
  await prepareImages(progress);
  await tellVersions({ dockerVersion, engine });
}

process.exitCode = await runAndTell("e2e", main);
