import { readFile } from "node:fs/promises";
import { z } from "zod";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { isPaperKit, parsePaperKit } from "./paper-kit.ts";

/** What an operator must have kept to bring everything back: where the bucket is, its keys, and the passphrase. */
export const recoveryKitSchema = z.strictObject({
  /** Whose kit it is; kits of before did not say. */
  stack: z.string().min(1).optional(),
  endpoint: z.url(),
  bucket: z.string().min(3),
  prefix: z.string(),
  region: z.string().min(1),
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
  /** Opens the stack's file in the bucket: an age identity (`AGE-SECRET-KEY-1…`); in kits of before, Pulumi's passphrase. */
  passphrase: z.string().min(1),
});
export type RecoveryKit = z.infer<typeof recoveryKitSchema>;

/**
 * Reads a recovery kit: JSON, or the form that is printed on paper, typed again. No value is printed.
 * @throws RecoveryError `usage` with every problem at once
 */
export async function readRecoveryKit(file: string): Promise<RecoveryKit> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new RecoveryError(exitCodes.usage, `${file}: the recovery kit cannot be read (${code})`);
  }
  return parseRecoveryKit(text, file);
}

/** As {@link readRecoveryKit}, of a text; `file` is what messages call it. */
export function parseRecoveryKit(text: string, file: string): RecoveryKit {
  const raw = isPaperKit(text) ? parsePaperKit(text, file) : parseJson(text, file);
  const parsed = recoveryKitSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${file}: ${issue.path.join(".") || "kit"}: ${issue.message}`,
  );
  throw new RecoveryError(exitCodes.usage, problems.join("\n"));
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message would quote the file, and so its secrets.
    throw new RecoveryError(
      exitCodes.usage,
      `${file}: expected a recovery kit, as JSON or as its printed lines, got something else. \`./kaleem kit\` writes one.`,
    );
  }
}
