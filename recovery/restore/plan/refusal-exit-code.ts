import { exitCodes, type ExitCode } from "../../../contract/exit-codes.ts";
import type { Refusal } from "./refusal.ts";

/** Most telling first: with several reasons, the first of these decides the exit code. */
const byWeight: readonly [Refusal["code"], ExitCode][] = [
  ["bad-request", exitCodes.usage],
  ["running", exitCodes.busy],
  ["not-up", exitCodes.notUp],
  ["wrong-password", exitCodes.wrongPassword],
  ["unreachable", exitCodes.offsiteUnreachable],
  ["no-point", exitCodes.noPoint],
  ["superseded", exitCodes.superseded],
  ["founded", exitCodes.alreadyFounded],
  ["other-lineage", exitCodes.otherLineage],
  ["other-stack", exitCodes.otherStack],
  ["stores-differ", exitCodes.storesDiffer],
  ["versions-differ", exitCodes.versionsDiffer],
  ["no-data", exitCodes.noData],
  ["unfinished", exitCodes.restoreUnfinished],
  ["no-space", exitCodes.diskFull],
];

/** How a refused restore ends. */
export function refusalExitCode(refusals: readonly Refusal[]): ExitCode {
  const code = byWeight.find(([name]) => refusals.some((refusal) => refusal.code === name))?.[1];
  return code ?? exitCodes.failed;
}
