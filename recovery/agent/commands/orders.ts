import { z } from "zod";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import { orderDigest } from "../../orders/ledger.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import type { AgentContext } from "../context.ts";
import { openStore, type Store } from "../../stores/store.ts";

/** What each store that was asked has: id → digest; or why it could not be asked. */
export const heldRecordsSchema = z.strictObject({
  stores: z.record(
    z.string(),
    z.union([
      z.strictObject({ held: z.record(z.string(), z.string()) }),
      z.strictObject({ why: z.string() }),
    ]),
  ),
});
export type HeldRecords = z.infer<typeof heldRecordsSchema>;

/** `kaleem-agent orders ID...`: asks every store at once. One that does not answer is said, and does not hide the others. */
export function ordersCommand(context: AgentContext, ids: readonly string[]): Promise<HeldRecords> {
  return lookUp(
    context,
    context.stores.filter(({ recovery }) => recovery.holdsNoOrders === undefined).map(({ name }) => name),
    ids,
    (store) => store.orders(ids),
  );
}

/** `kaleem-agent webhooks ID...`: asks the stores that keep webhooks. */
export function webhooksCommand(context: AgentContext, ids: readonly string[]): Promise<HeldRecords> {
  const keepers = context.stores.filter(({ recovery }) => recovery.webhooks !== undefined);
  return lookUp(
    context,
    keepers.map(({ name }) => name),
    ids,
    (store) => store.webhooks(ids),
  );
}

async function lookUp(
  { opening }: AgentContext,
  names: readonly string[],
  ids: readonly string[],
  ask: (store: Store) => Promise<ReadonlyMap<string, unknown> | null>,
): Promise<HeldRecords> {
  if (ids.length === 0)
    throw new RecoveryError(exitCodes.usage, "Expected at least one id: see kaleem-agent --help.");
  const answers = names.map(async (name): Promise<[string, HeldRecords["stores"][string]]> => {
    try {
      const store = await openStore(name, opening);
      try {
        const found = [...((await ask(store)) ?? [])].map(
          ([id, record]) => [id, orderDigest(record)] as const,
        );
        return [name, { held: Object.fromEntries(found) }];
      } finally {
        await store.close();
      }
    } catch (error) {
      return [name, { why: sentenceOf(error) }];
    }
  });
  return { stores: Object.fromEntries(await Promise.all(answers)) };
}
