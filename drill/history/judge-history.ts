import { createHash } from "node:crypto";
import {
  drillEntryName,
  drillEntrySchema,
  sequenceIn,
  signedEntrySchema,
  type DrillEntry,
} from "../../contract/drill-history.ts";
import type { Signer } from "./signatures.ts";

/** An object of the history, as it lies in the bucket. */
export interface StoredEntry {
  readonly file: string;
  readonly body: string;
}

/** What is wrong with a history. */
export interface HistoryFinding {
  /** The object, or the one that is missing. */
  readonly file: string;
  readonly kind: "empty" | "missing" | "altered" | "signature" | "chain" | "foreign" | "order" | "stray";
  readonly sentence: string;
}

/** An entry that could be read, sound or not. */
export interface ReadEntry {
  readonly file: string;
  readonly entry: DrillEntry;
  readonly signer: string | null;
}

export interface JudgedHistory {
  readonly entries: readonly ReadEntry[];
  readonly findings: readonly HistoryFinding[];
}

/** Asks who signed a text. */
export type AskSigner = (signed: {
  readonly text: string;
  readonly signature: string;
  readonly at: Date;
}) => Promise<Signer>;

/**
 * Holds a whole history against what it promises: every number from 1 on is there, each entry is signed by somebody who may, names the
 * one before it by its digest, is of this stack, and is no older than the one before it. Each thing that is not so is told by itself.
 *
 * What it cannot see is the end that is missing: that the newest entries were removed. The bucket's lock keeps them for as long as it holds, and
 * after that the missing drill is an alert.
 */
export async function judgeHistory(
  stack: string,
  stored: readonly StoredEntry[],
  askSigner: AskSigner,
): Promise<JudgedHistory> {
  const findings: HistoryFinding[] = [];
  const entries: ReadEntry[] = [];
  const find = (file: string, kind: HistoryFinding["kind"], sentence: string): void => {
    findings.push({ file, kind, sentence });
  };
  const numbered = stored.flatMap((one) => {
    const sequence = sequenceIn(one.file);
    if (sequence !== null) return [{ ...one, sequence }];
    find(one.file, "stray", "is no entry: nothing else belongs here");
    return [];
  });
  numbered.sort((a, b) => a.sequence - b.sequence);
  if (numbered.length === 0)
    find(drillEntryName(1), "empty", "no drill was ever recorded, or all were removed");

  let former = null as Former | null;
  for (const { file, body, sequence } of numbered) {
    const expected: number = (former?.sequence ?? 0) + 1;
    for (let lacking = expected; lacking < sequence; lacking += 1)
      find(drillEntryName(lacking), "missing", "is missing: it was removed, or never written");
    const read = parseEntry(body);
    if ("why" in read) {
      find(file, "altered", read.why);
      former = { sequence, digest: digestOf(body), at: former?.at ?? "" };
      continue;
    }
    const { entry, text, signature } = read;
    const signer = await askSigner({ text, signature, at: new Date(entry.appendedAt) });
    if ("why" in signer) find(file, "signature", signer.why);
    entries.push({ file, entry, signer: "signer" in signer ? signer.signer : null });
    if (entry.sequence !== sequence) find(file, "altered", `says that it is number ${entry.sequence}`);
    if (entry.stack !== stack)
      find(file, "foreign", `is of stack ${entry.stack}'s history, not of ${stack}'s`);
    // What is missing before it has been told; that it names something else cannot be.
    if (sequence === expected && entry.previous !== (former?.digest ?? null))
      find(
        file,
        "chain",
        `does not follow ${former === null ? "nothing, as the first one does" : drillEntryName(former.sequence)}: that one, or this, is another than it was`,
      );
    if (former !== null && entry.appendedAt < former.at)
      find(file, "order", `is of ${entry.appendedAt}, before the one that it follows`);
    former = { sequence, digest: digestOf(text), at: entry.appendedAt };
  }
  return { entries, findings };
}

/** What the next entry continues: its number, and the digest of the one before it, whatever that one is. */
export function nextEntry(stored: readonly StoredEntry[]): { sequence: number; previous: string | null } {
  let last = null as { readonly sequence: number; readonly body: string } | null;
  for (const { file, body } of stored) {
    const sequence = sequenceIn(file);
    if (sequence !== null && (last === null || sequence > last.sequence)) last = { sequence, body };
  }
  if (last === null) return { sequence: 1, previous: null };
  const read = parseEntry(last.body);
  return { sequence: last.sequence + 1, previous: digestOf("why" in read ? last.body : read.text) };
}

/** The entry that another one follows. */
interface Former {
  readonly sequence: number;
  readonly digest: string;
  readonly at: string;
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function parseEntry(
  body: string,
):
  | { readonly entry: DrillEntry; readonly text: string; readonly signature: string }
  | { readonly why: string } {
  const object = signedEntrySchema.safeParse(json(body));
  if (!object.success) return { why: "cannot be understood: it is no signed entry" };
  const { entry: text, signature } = object.data;
  const entry = drillEntrySchema.safeParse(json(text));
  if (!entry.success) return { why: "cannot be understood: its text is no entry of a drill" };
  return { entry: entry.data, text, signature };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON fits no schema: the caller says so.
    return undefined;
  }
}
