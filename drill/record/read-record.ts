import { readFile } from "node:fs/promises";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { drillRecordSchema, type DrillRecord } from "./drill-record.ts";

/** Reads a record that a drill wrote. @throws RecoveryError `usage` for a file that is none */
export async function readRecord(file: string): Promise<DrillRecord> {
  const wrong = (what: string, cause?: unknown): RecoveryError =>
    new RecoveryError(
      exitCodes.usage,
      `${file}: expected the record of a drill (…record.json), ${what}`,
      cause === undefined ? {} : { cause },
    );
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw wrong(error instanceof SyntaxError ? "got no JSON" : "which cannot be read", error);
  }
  const parsed = drillRecordSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const at = parsed.error.issues.map(({ path }) => path.join(".") || "the whole");
  throw wrong(`got something else at ${[...new Set(at)].join(", ")}`);
}
