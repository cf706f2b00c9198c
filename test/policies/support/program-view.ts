import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CommittedStack, trialStack } from "../../../operator/policy/trial-stack.ts";
import type { StackView } from "../../../policies/stack-view.ts";
import { runProgram } from "../../components/support/program.ts";
import { wireView } from "./wire-view.ts";
import { repositoryRoot as repository } from "../../../workstation/repository.ts";

/** What the real program declares for a committed stack. Once per process: modules load once. */
export async function programView(stack: CommittedStack): Promise<StackView> {
  const folder = mkdtempSync(join(tmpdir(), "kaleem-policy-"));
  try {
    const trial = trialStack(repository, stack, folder);
    const stackFile = join(folder, `Pulumi.${stack}.yaml`);
    writeFileSync(stackFile, "config: {}\n");
    process.env["KALEEM_STACK_FILE"] = stackFile;
    const values = Object.fromEntries(
      Object.entries(trial.settings).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );
    const { declared } = await runProgram(
      { ...values, ...trial.secrets },
      stack,
      "",
      Object.keys(trial.secrets),
    );
    return wireView(trial, declared);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
