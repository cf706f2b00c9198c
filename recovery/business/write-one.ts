import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { BusinessWrite } from "../../contract/business-check.ts";
import { callOf, differences } from "./call.ts";
import { NoAnswer } from "./edge-client.ts";
import type { EdgeClient } from "./edge-client.ts";
import { valueAt } from "./json-path.ts";
import { digestOf } from "./ledger.ts";
import { fill } from "./template.ts";

/** What tells one write from another. */
export interface WriteNumber {
  /** From 1 on, once in a ledger. */
  readonly seq: number;
  /** Of the writer: what was written by another one has another. */
  readonly run: string;
}

/** A writer's name, as good as never drawn twice. */
export function newRun(): string {
  return randomBytes(4).toString("hex");
}

/** Signs a text by the secret of this key, in hexadecimal; the host does it for us. */
export type Signer = (secret: string, text: string) => Promise<string>;

/** What came of a write. `failed`: certainly not made; `unknown`: may or may not exist; `altered`: confirmed differently. */
export type WriteOutcome =
  | { readonly kind: "acknowledged"; readonly id: string; readonly digest: string }
  | { readonly kind: "failed" | "unknown" | "altered"; readonly cause: string; readonly message: string };

/**
 * Writes one thing through the edge and says what is certain afterwards. Never throws for what the edge does.
 * @param signer Needed by a write that is signed. @throws what the signer throws
 */
export async function writeOne(
  client: EdgeClient,
  write: BusinessWrite,
  number: WriteNumber,
  signer?: Signer,
): Promise<WriteOutcome> {
  const values = { ...number, time: Math.floor(Date.now() / 1000) };
  const call = callOf(write, values);
  const signed = await signature(write, call.body ?? "", values, signer);
  let answer;
  try {
    answer = await client.ask({ ...call, headers: { ...call.headers, ...signed } });
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { kind: error.sent ? "unknown" : "failed", cause: error.reason, message: error.message };
  }
  const { status, body } = answer;
  const said = JSON.stringify(body).slice(0, 200);
  if (status !== write.status) {
    // A 5xx may come from the edge after the write was made behind it; only a 4xx is a plain no.
    const kind = status >= 400 && status < 500 ? "failed" : "unknown";
    return { kind, cause: causeOf(status, body), message: `${status}: ${said}` };
  }
  const id = idOf(valueAt(write.id, body));
  const wrong = [
    ...(id === null ? [`it has no id at ${write.id}`] : []),
    ...differences(write.equals, body, values),
  ];
  if (id === null || wrong.length > 0) {
    const message = `write ${number.seq} was confirmed as ${said}: ${wrong.join("; ")}`;
    return { kind: "altered", cause: "confirmed differently", message };
  }
  const record = write.record === undefined ? call.body : valueAt(write.record, body);
  return { kind: "acknowledged", id, digest: digestOf(record) };
}

async function signature(
  { sign }: BusinessWrite,
  body: string,
  values: Readonly<Record<string, string | number>>,
  signer: Signer | undefined,
): Promise<Readonly<Record<string, string>>> {
  if (sign === undefined) return {};
  if (signer === undefined)
    throw new Error("business check: a write that is signed needs the host to sign it");
  const hmac = await signer(sign.secret, fill(sign.text, { ...values, body }));
  return { [sign.header]: fill(sign.value, { ...values, hmac }) };
}

function idOf(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : null;
}

/** Such as `503 mongo gave no answer within 5000 ms`: the status alone does not say who failed. */
function causeOf(status: number, body: unknown): string {
  const said = z.object({ error: z.string() }).safeParse(body);
  return said.success ? `${status} ${said.data.error.slice(0, 80)}` : String(status);
}
