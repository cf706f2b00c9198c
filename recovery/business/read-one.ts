import type { BusinessRead } from "../../contract/business-check.ts";
import { callOf, differences } from "./call.ts";
import { NoAnswer } from "./edge-client.ts";
import type { EdgeClient } from "./edge-client.ts";
import { valueAt } from "./json-path.ts";
import { digestOf } from "./ledger.ts";
import type { LedgerEntry } from "./ledger.ts";

/** What one read showed. `unanswered`: it proves neither. */
export type ReadOutcome =
  | { readonly kind: "held" | "missing" }
  | { readonly kind: "altered" | "unanswered"; readonly reason: string };

/** Reads what was acknowledged, and compares. Never throws for what the edge does. */
export async function readOne(
  client: EdgeClient,
  read: BusinessRead,
  { id, seq, digest }: Pick<LedgerEntry, "id" | "seq" | "digest">,
): Promise<ReadOutcome> {
  const values = { id, seq, time: Math.floor(Date.now() / 1000) };
  let answer;
  try {
    answer = await client.ask(callOf(read, values));
  } catch (error) {
    if (error instanceof NoAnswer) return { kind: "unanswered", reason: error.message };
    throw error;
  }
  const { status, body } = answer;
  if (status === read.missing) return { kind: "missing" };
  if (status !== read.status) return { kind: "unanswered", reason: String(status) };
  const different = differences(read.equals, body, values);
  if (read.record !== undefined && digestOf(valueAt(read.record, body)) !== digest)
    different.push(`${read.record} is not what was acknowledged`);
  return different.length === 0 ? { kind: "held" } : { kind: "altered", reason: different.join("; ") };
}
