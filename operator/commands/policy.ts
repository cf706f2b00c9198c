/**
 * `./kaleem policy`: looks at the program of every committed stack with the policy pack under the real engine, without
 * touching any machine, and says for each what stands against it.
 * Exit codes: 0 nothing does, 1 something does (the sentences say what to do), 2 wrong arguments.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCodes } from "../../contract/exit-codes.ts";
import { violations } from "../../policies/rule.ts";
import { imageLockFilled } from "../../policies/rules/images.ts";
import { findOrBuildEngine } from "../../toolchain/engine/find-or-build-engine.ts";
import type { Engine } from "../../toolchain/engine/engine.ts";
import { PulumiError } from "../../toolchain/engine/pulumi-error.ts";
import { repositoryRoot } from "../../workstation/repository.ts";
import { previewWithPack } from "../policy/preview-with-pack.ts";
import { accountStack, trialAccount } from "../policy/trial-account.ts";
import { type CommittedStack, committedStacks, trialStack } from "../policy/trial-stack.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { runOperatorCommand } from "../command-line.ts";
import { type PolicyAnswer, policyAnswer } from "../answers/policy-answer.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { OperatorCommand } from "../operator-command.ts";

await runOperatorCommand(async () => {
  const { json } = new OperatorCommand("policy")
    .description("Checks the program of every committed stack against the policy pack.")
    .option("--json", "as JSON (docs/json.md)")
    .exitOverride()
    .parse()
    .opts<{ json?: true }>();
  const engine = await findOrBuildEngine(terminalProgress());
  const stacks: PolicyAnswer["stacks"] = [];
  for (const stack of [...committedStacks, accountStack] as const) {
    const begun = performance.now();
    const against =
      stack === accountStack
        ? await refusals(engine, trialAccount(repositoryRoot))
        : await judge(engine, stack);
    const passed = against.length === 0;
    const seconds = (performance.now() - begun) / 1000;
    stacks.push({ stack, passed, against: [...against], seconds });
    const verdict = `${passed ? "✓ keeps every rule" : "✗ refused"} (${seconds.toFixed(1)} s)`;
    const out = json === true ? process.stderr : process.stdout;
    out.write(`${[`${stack.padEnd(8)} ${verdict}`, ...against].join("\n  ")}\n`);
  }
  const passed = stacks.every((one) => one.passed);
  if (json === true) printAnswer(policyAnswer, { passed, stacks });
  return passed ? exitCodes.ok : exitCodes.failed;
});

async function judge(engine: Engine, stack: CommittedStack): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "kaleem-policy-"));
  try {
    const trial = trialStack(repositoryRoot, stack, folder);
    const { images } = trial;
    // The preview runs on a lock without gaps, or it would end at them: they are judged apart.
    const lock = violations([imageLockFilled], {
      stack,
      images,
      resources: [],
      catalog: [],
      secretValues: {},
    });
    return [...lock.map(({ sentence }) => sentence), ...(await refusals(engine, trial))];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function refusals(
  engine: Engine,
  trial: Parameters<typeof previewWithPack>[2],
): Promise<readonly string[]> {
  try {
    await previewWithPack(engine, repositoryRoot, trial);
    return [];
  } catch (error) {
    if (error instanceof PulumiError) return error.message.split("\n");
    throw error;
  }
}
