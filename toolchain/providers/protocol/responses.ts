import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import { encode } from "./codec.ts";
import { CheckFailure, CheckResponse, DiffResponse, PropertyDiff } from "./proto.ts";
import type { CheckResult, DiffResult } from "./resource-type.ts";

/** The message for checked inputs and the reasons to refuse them. */
export function toCheckResponse(result: CheckResult): messages.CheckResponse {
  const response = new CheckResponse().setInputs(encode(result.inputs));
  for (const failure of result.failures ?? []) {
    response.addFailures(new CheckFailure().setProperty(failure.property ?? "").setReason(failure.reason));
  }
  return response;
}

/** The message for a difference; without one it says nothing at all, which the engine takes as no change. */
export function toDiffResponse(result: DiffResult | undefined): messages.DiffResponse {
  const response = new DiffResponse();
  if (result === undefined) return response;
  const { DIFF_NONE, DIFF_SOME } = DiffResponse.DiffChanges;
  response.setChanges(result.changes === "none" ? DIFF_NONE : DIFF_SOME);
  response.setDiffsList([...(result.diffs ?? [])]);
  response.setReplacesList([...(result.replaces ?? [])]);
  response.setStablesList([...(result.stables ?? [])]);
  response.setDeletebeforereplace(result.deleteBeforeReplace ?? false);
  if (result.detailedDiff === undefined) return response;
  response.setHasdetaileddiff(true);
  for (const [path, change] of Object.entries(result.detailedDiff)) {
    const entry = new PropertyDiff();
    entry.setKind(PropertyDiff.Kind[change.kind]);
    entry.setInputdiff(change.inputDiff ?? false);
    response.getDetaileddiffMap().set(path, entry);
  }
  return response;
}
