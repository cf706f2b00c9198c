import { exitCodes } from "../../../contract/exit-codes.ts";
import type { RestoreJournal } from "../journal/journal.ts";
import { dataUntouchedBefore, foundDuring, phaseFacts } from "../plan/phase-facts.ts";
import type { PhaseName } from "../plan/phase-name.ts";

/** What an operator does after a phase has failed: what state the host is in, and the two ways on. */
export function nextStep(journal: RestoreJournal, failed: PhaseName, exitCode: number): string {
  const { at, from } = journal.plan.request;
  const again = `repeat the restore with --at ${at} --from ${from} to continue from here`;
  const other = "or choose another point with --at … --from-scratch";
  if (foundDuring(failed) === "as found" && phaseFacts[failed].leaves === "as found")
    return `Nothing was changed. Fix the cause and ${again}, ${other}.`;
  if (failed === "safety-point") {
    return `The current data is untouched and the platform is closed: the edge answers 503 and applications are stopped. Fix the cause and ${again}; go on without a safety point by adding --without-safety-point, what is replaced is kept on the host; or, to open the platform with the current data, run "kaleem-agent open" on the host.`;
  }
  if (!phaseFacts[failed].changesData && dataUntouchedBefore(failed)) {
    return `The current data is untouched; the edge answers 503 and applications are stopped. Fix the cause and ${again}, ${other}; or, to serve the current data again, run "kaleem-agent open" on the host.`;
  }
  if (foundDuring(failed) === "open") return `The platform is open. Fix the cause and ${again}.`;
  const closed =
    "The edge stays at 503 and applications at zero replicas; what was replaced is kept on the host.";
  if (exitCode === exitCodes.verifyFailed)
    return `${closed} Look at what differs. If it may be so, ${again} and accept each finding by the flag beside it; otherwise choose another point with --at … --from-scratch.`;
  if (failed === "prove")
    return `${closed} Fix the cause and ${again}; restore without comparing what the stores hold by adding --without-proof; ${other}.`;
  return `${closed} Fix the cause and ${again}, ${other}.`;
}
