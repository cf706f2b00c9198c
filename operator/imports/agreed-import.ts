import { exitCodes } from "../../contract/exit-codes.ts";
import type { Progress } from "../../workstation/progress.ts";
import { importAnswer, importPlanAnswer } from "../answers/import-answer.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { withOperationLock } from "../deploy/operation-lock.ts";
import { renderImport, renderImportPlan } from "../screens/render-import.ts";
import type { SshHost } from "../ssh/ssh.ts";
import { type Given, importFiles, planFor } from "./run-import.ts";

/** An import, and how it is shown and agreed to. */
export interface AgreedImport {
  readonly host: SshHost;
  /** What holds the host's operation lock. */
  readonly operation: "import" | "restore";
  readonly given: Given;
  readonly planOnly: boolean;
  readonly json: boolean;
  readonly progress: Progress;
  /** Rejects when nobody agrees to what was shown. */
  readonly agree: () => Promise<void>;
  /** What to say to who sees that it went well. */
  readonly afterwards?: (before: string) => string;
}

/**
 * Shows what would be imported, has it agreed to, and imports it; what lies on the host for it is gone afterwards.
 * @returns the exit code
 */
export async function agreedImport(asked: AgreedImport): Promise<number> {
  const { host, operation, given, planOnly, json, progress, agree, afterwards } = asked;
  let begun = false;
  try {
    const plan = await planFor(host, given);
    if (planOnly && json) printAnswer(importPlanAnswer, plan);
    else if (!json) process.stdout.write(`${renderImportPlan(plan)}\n`);
    if (planOnly) return exitCodes.ok;
    await agree();
    begun = true;
    const result = await withOperationLock(host.target, operation, () => importFiles(host, given, progress));
    const good = result.after !== null;
    const more = good && afterwards !== undefined ? `\n${afterwards(result.before)}` : "";
    if (json) printAnswer(importAnswer, { from: given.name, ...result });
    else process.stdout.write(`\n${renderImport(result)}${more}\n`);
    return good ? exitCodes.ok : exitCodes.verifyFailed;
  } finally {
    // What is on the host is its import's from then on, whatever becomes of the connection.
    if (given.placed === null || !begun) await given.close();
  }
}
