import { readFile } from "node:fs/promises";
import { z } from "zod";

/** What an operator must have kept to bring everything back: where the bucket is, its keys, and the passphrase. */
export const recoveryKitSchema = z.strictObject({
  endpoint: z.url(),
  bucket: z.string().min(3),
  prefix: z.string(),
  region: z.string().min(1),
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
  passphrase: z.string().min(1),
});
export type RecoveryKit = z.infer<typeof recoveryKitSchema>;

/** Reads a recovery kit (JSON). Every problem at once; no value is printed. */
export async function readRecoveryKit(file: string): Promise<RecoveryKit> {
  const text = await readFile(file, "utf8");
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    // The parser's own message would quote the file, and so its secrets.
    throw new Error(
      `${file}: expected a recovery kit as JSON, got something else. \`npm run kit\` writes one.`,
    );
  }
  const parsed = recoveryKitSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${file}: ${issue.path.join(".") || "kit"}: ${issue.message}`,
  );
  throw new Error(problems.join("\n"));
}
