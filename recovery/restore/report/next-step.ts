import { exitCodes } from "../../../contract/exit-codes.ts";
import type { RestoreJournal } from "../journal/journal.ts";
import { dataUntouchedBefore, foundDuring, phaseFacts } from "../plan/phase-facts.ts";
import { flagsOf } from "../plan/refuse.ts";
import type { PhaseName } from "../plan/phase-name.ts";

/** What an operator does after a phase has failed: what state the host is in, and the two ways on. */
export function nextStep(journal: RestoreJournal, failed: PhaseName, exitCode: number): string {
  if (journal.plan.service !== null) return nextStepOfService(journal.plan, failed, exitCode);
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

/** The same where one store is restored: the platform serves, without it at worst, and what was there is one command away. */
function nextStepOfService(
  { service, request, id }: RestoreJournal["plan"],
  failed: PhaseName,
  exitCode: number,
): string {
  const name = service?.name ?? "";
  const again = `repeat ./kaleem restore ${flagsOf(request)} to continue from here`;
  const other = `choose another point with --service ${name} --at … --from-scratch`;
  if (failed === "locate" || failed === "fetch")
    return `Nothing was changed and ${name} serves. Fix the cause and ${again}, or ${other}.`;
  if (failed === "close" || failed === "safety-point")
    return `The current data is untouched. Fix the cause and ${again}; go on without a safety point by adding --without-safety-point; or ${other}.`;
  if (failed === "record") return `${name} serves. Fix the cause and ${again}.`;
  const undo = `to put the former data back: ./kaleem restore --undo ${id}`;
  const state = `The other stores serve; ${name} is stopped, no points are taken until this has ended, and what was replaced is kept on the host. Do not run ./kaleem up before: it would start ${name} on data that was not verified.`;
  if (failed === "stop")
    return `The current data is untouched, and ${name} may be stopped. Fix the cause and ${again}, or ${other}.`;
  if (exitCode === exitCodes.verifyFailed)
    return `${state} Look at what differs. If it may be so, ${again} and accept each finding by the flag beside it; otherwise ${other}; or, ${undo}.`;
  if (failed === "prove")
    return `${state} Fix the cause and ${again}; restore without comparing what ${name} holds by adding --without-proof; or, ${undo}.`;
  return `${state} Fix the cause and ${again}, or ${other}; or, ${undo}.`;
}
