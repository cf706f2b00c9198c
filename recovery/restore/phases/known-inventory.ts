import type { ProofRecord } from "../../proof/proof-record.ts";
import type { PhaseContext } from "./phase.ts";

type Known = Pick<PhaseContext, "ports" | "plan">;

/** What is known of the point, and the restored stores of which it says nothing. */
export async function knownInventory(
  context: Known,
): Promise<{ readonly record: ProofRecord | null; readonly missing: readonly string[] }> {
  const { ports, plan } = context;
  const record = await ports.inventories.recorded(plan.point);
  const missing = ports.stores.map(({ name }) => name).filter((name) => record?.stores[name] === undefined);
  return { record, missing };
}

/** Whether each restored store's inventory at the point is known. */
export async function inventoryKnown(context: Known): Promise<boolean> {
  return (await knownInventory(context)).missing.length === 0;
}
