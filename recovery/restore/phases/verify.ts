import { RecoveryError, exitCodes } from "../../../contract/exit-codes.ts";
import { judge } from "../verify/verify.ts";
import type { Check } from "../verify/check.ts";
import type { Answer, Evidence, StoreEvidence } from "../verify/evidence.ts";
import type { Phase, PhaseContext } from "./phase.ts";
import { sentenceOf } from "../../host/sentence-of.ts";

/** Holds the restored stores against the point's manifest and the acknowledged orders, before anyone may write to them. */
export const verifyRestore: Phase = async (context) => {
  const { manifest, directories } = context.memory;
  if (manifest === undefined || directories === undefined) {
    throw new RecoveryError(
      exitCodes.failed,
      "the journal no longer has the point's manifest. Restart the restore with --from-scratch.",
    );
  }
  const stores: Record<string, StoreEvidence> = {};
  for (const store of Object.keys(manifest.stores)) stores[store] = await gather(context, store);
  const evidence: Evidence = { stores, directories };
  const { checks, losses } = judge(manifest, evidence, context.ledger);
  context.remember({ checks: [...checks], losses: [...losses] });
  requireAll(checks);
  const orders =
    context.ledger === null
      ? "no ledger of orders was given"
      : `${context.ledger.entries.length} acknowledged orders compared`;
  return { detail: `${checks.length} checks passed; ${orders}` };
};

async function gather({ ports, ledger }: PhaseContext, store: string): Promise<StoreEvidence> {
  const { access, services } = ports;
  const ids = ledger?.entries.map((entry) => entry.id) ?? null;
  return {
    canary: await ask(() => access.canary(store)),
    version: await ask(() => access.version(store)),
    image: await ask(async () => {
      const [container] = await services.containers(store);
      if (container === undefined) throw new Error("it has no running container");
      return container.image;
    }),
    orders: ids === null ? null : await ask(() => access.orders(store, ids)),
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
  const bad = checks.filter((check) => check.result !== "ok");
  if (bad.length === 0) return;
  const code = bad.some((check) => check.result === "failed")
    ? exitCodes.verifyFailed
    : exitCodes.verifyIncomplete;
  const list = bad.map((check) => `\n  ${check.sentence}`).join("");
  throw new RecoveryError(code, `${bad.length} of ${checks.length} checks did not pass:${list}`);
}
