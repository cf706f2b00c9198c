import { RecoveryError, exitCodes } from "../../../contract/exit-codes.ts";
import { waitUntil } from "../../../contract/wait-until.ts";
import type { AgentContext } from "../context.ts";
import { openStore, type Store } from "../../stores/store.ts";

/** A store's first start, image pull not counted. */
const limitMs = 180_000;
const lookMs = 1_000;
/** Electing a first primary, or making users, takes its time. */
const callLimitMs = 90_000;

/** `kaleem-agent setup-stores`: waits until every store answers, then makes its replica set and users. Idempotent; part of every `up`. */
export async function setupStoresCommand(
  context: AgentContext,
): Promise<{ stores: Readonly<Record<string, { version: string }>> }> {
  const entries = await Promise.all(
    context.stores.map(async ({ name }) => {
      const store = await openWhenReady(context, name);
      try {
        await context.log.phase(`set up ${name}`, () => store.setup());
      } finally {
        await store.close();
      }
      // Anew: who was refused before now logs in as everybody does.
      const again = await openStore(name, context.opening);
      try {
        return [name, { version: await again.version() }] as const;
      } finally {
        await again.close();
      }
    }),
  );
  return { stores: Object.fromEntries(entries) };
}

async function openWhenReady(context: AgentContext, name: string): Promise<Store> {
  return waitUntil(() => openStore(name, { ...context.opening, timeoutMs: callLimitMs }), {
    limitMs,
    everyMs: lookMs,
    signal: context.interrupted,
    notYet: (error) => error instanceof RecoveryError && error.exitCode === exitCodes.storeDown,
    late: (down) => down ?? `store ${name} is down`,
  });
}
