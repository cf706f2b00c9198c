import { writeFile } from "node:fs/promises";
import { newPassphrase } from "../secrets/generated-secrets.ts";
import { readIfThere } from "../../workstation/read-if-there.ts";

/** Keeps a local stack's passphrase that is there; else writes the given one, or a new one. Never printed. */
export async function ensurePassphrase(file: string, given?: string): Promise<void> {
  const existing = await readIfThere(file);
  if (existing === null) {
    await writeFile(file, `${given ?? newPassphrase()}\n`, { mode: 0o600, flag: "wx" });
    return;
  }
  if (given !== undefined && existing.trim() !== given) {
    throw new Error(
      `${file}: this stack already has another passphrase than the recovery kit's. Choose a fresh stack name (--stack), or \`npm run down\` this one first.`,
    );
  }
}
