import { runPulumi } from "../../toolchain/engine/pulumi.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";
import type { PlannedChange } from "./planned-changes.ts";

/** What the engine would change, by a preview: nothing is touched. Components, which are nothing on a host, are left out. */
export async function planChanges(context: StackContext): Promise<readonly PlannedChange[]> {
  const changes = new Map<string, PlannedChange>();
  await runPulumi(context, "preview", {
    onStep: ({ urn, name, type, op }) => {
      const kind = kinds.get(op);
      if (kind === undefined || type.startsWith("kaleem:") || type.startsWith("pulumi:")) return;
      // A replacement is several steps of one resource: the whole is what counts.
      if (changes.get(urn)?.kind !== "replace") changes.set(urn, { name, type, kind });
    },
  });
  return [...changes.values()];
}

const kinds = new Map<string, PlannedChange["kind"]>([
  ["create", "create"],
  ["update", "update"],
  ["delete", "delete"],
  ["replace", "replace"],
  ["create-replacement", "replace"],
  ["delete-replaced", "replace"],
]);
