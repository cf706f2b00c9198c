import type { ServiceDefinition } from "../../catalog/definition.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { Stack } from "../stack/stack.ts";

/** Flags of `up` that not every stack has a use for. */
export interface UpFlags {
  readonly recover?: string;
  readonly takeState?: true;
  readonly replaceData?: readonly string[];
}

/**
 * Refuses flags that would do nothing for this stack, or that name what there is not: whoever gave one meant something by it.
 * @throws RecoveryError `usage`, every one of them at once; nothing was looked at yet
 */
export function refuseFlags(
  { name, kind }: Pick<Stack, "name" | "kind">,
  { recover, takeState, replaceData }: UpFlags,
  catalog: readonly ServiceDefinition[],
): void {
  const stores = catalog.filter((service) => service.kind === "stateful").map((service) => service.name);
  const unknown = (replaceData ?? []).filter((store) => !stores.includes(store));
  const emulated = `stack ${name} runs on a machine that is emulated here`;
  const wrong = [
    ...(kind === "remote" && recover !== undefined
      ? [
          `--recover: stack ${name} runs on a machine of yours; a lost one comes back by ./kaleem recover --kit FILE --host USER@ADDRESS`,
        ]
      : []),
    ...(kind === "local" && takeState === true
      ? [`--take-state: ${emulated}, and no other state manages that`]
      : []),
    ...(kind === "local" && replaceData !== undefined
      ? [`--replace-data: ${emulated}, and is asked about nothing; leave it out`]
      : []),
    ...(unknown.length === 0
      ? []
      : [
          `--replace-data: expected stores (${stores.join(", ")}), got ${unknown.map((one) => JSON.stringify(one)).join(", ")}`,
        ]),
  ];
  if (wrong.length > 0) throw new RecoveryError(exitCodes.usage, wrong.map((one) => `up: ${one}`).join("\n"));
}
