import { RecoveryError, exitCodes } from "../../../contract/exit-codes.ts";
import { judge } from "../verify/verify.ts";
import type { Check } from "../verify/check.ts";
import type { Answer, Evidence, StoreEvidence } from "../verify/evidence.ts";
import { acceptFlag, type StoreInventory } from "../verify/judge-inventories.ts";
import type { ProofRecord } from "../../proof/proof-record.ts";
import { knownInventory } from "./known-inventory.ts";
import type { Phase, PhaseContext } from "./phase.ts";
import { sentenceOf } from "../../../contract/sentence-of.ts";

/**
 * Holds the restored stores against the point: all that they hold against its inventory, and canaries, versions and directories against
 * its manifest; before anyone may write to them.
 */
export const verifyRestore: Phase = async (context) => {
  const { manifest, directories } = context.memory;
  if (manifest === undefined || directories === undefined) {
    throw new RecoveryError(
      exitCodes.failed,
      "the journal no longer has the point's manifest. Restart the restore with --from-scratch.",
    );
  }
  // Nobody else is asking them anything.
  const gathered = Object.entries(manifest.stores).map(
    async ([store, { kind }]) =>
      [store, kind === "files" ? nobodyToAsk : await gather(context, store)] as const,
  );
  const stores = Object.fromEntries(await Promise.all(gathered));
  const inventories = await gatherInventories(context, Object.keys(manifest.stores));
  const evidence: Evidence = { stores, directories, inventories, accept: context.asked.accept };
  const { checks, unused } = judge(manifest, evidence);
  const unknown = unused.map(
    (name) => `${acceptFlag(name)}: nothing was found by that name, so nothing was accepted by it`,
  );
  context.remember({ checks: [...checks], unused: unknown });
  requireAll(checks);
  const accepted = checks.filter(({ result }) => result === "accepted").length;
  return {
    detail: `${checks.length - accepted} checks passed${accepted === 0 ? "" : `, ${accepted} accepted`}`,
  };
};

/** What each store held at the point, and what it holds now. One after the other: each reads as much as it can in its time. */
async function gatherInventories(
  context: PhaseContext,
  stores: readonly string[],
): Promise<Record<string, StoreInventory>> {
  const { ports, asked } = context;
  const { record } = await knownInventory(context);
  const gathered: Record<string, StoreInventory> = {};
  for (const store of stores) {
    const wanted = record?.stores[store]?.inventory;
    if (wanted !== undefined)
      gathered[store] = { wanted, found: await ask(() => ports.inventories.take(store, wanted)) };
    else if (asked.withoutProof)
      gathered[store] = { leftOut: "the point was never proven, and is not to be (--without-proof)" };
    else gathered[store] = { why: notProven(record, store) };
  }
  return gathered;
}

/** Files say nothing of themselves, and are not asked: their directories and their inventory are all that there is to judge. */
const nobodyToAsk: StoreEvidence = {
  canary: { why: "it has no engine" },
  version: { why: "it has no engine" },
  image: { why: "its application does not run yet" },
};

function notProven(record: ProofRecord | null, store: string): string {
  const problem = record?.problems.find((sentence) => sentence.startsWith(`${store}: `));
  const why =
    problem?.slice(store.length + 2) ?? "the point was never proven, and no unopened copy of it is left";
  return `${why} To restore without this comparison, repeat with --without-proof.`;
}

async function gather({ ports }: PhaseContext, store: string): Promise<StoreEvidence> {
  const { access, services } = ports;
  return {
    canary: await ask(() => access.canary(store)),
    version: await ask(() => access.version(store)),
    image: await ask(async () => {
      const [container] = await services.containers(store);
      if (container === undefined) throw new Error("it has no running container");
      return container.image;
    }),
  };
}

async function ask<Value>(question: () => Promise<Value>): Promise<Answer<Value>> {
  try {
    return { value: await question() };
  } catch (error) {
    return { why: sentenceOf(error) };
  }
}

function requireAll(checks: readonly Check[]): void {
  const bad = checks.filter(({ result }) => result === "failed" || result === "not-made");
  if (bad.length === 0) return;
  const code = bad.some((check) => check.result === "failed")
    ? exitCodes.verifyFailed
    : exitCodes.verifyIncomplete;
  const list = bad.map((check) => `\n  ${check.sentence}`).join("");
  throw new RecoveryError(code, `${bad.length} of ${checks.length} checks did not pass:${list}`);
}
