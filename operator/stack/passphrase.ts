import { link, rm } from "node:fs/promises";
import { newPassphrase } from "../secrets/generated-secrets.ts";
import { readIfThere } from "../../workstation/read-if-there.ts";
import { writeWholeFile } from "../../workstation/write-whole-file.ts";

/** Keeps a local stack's passphrase that is there; else writes the given one, or a new one. Never printed. */
export async function ensurePassphrase(file: string, given?: string): Promise<void> {
  const existing = await readIfThere(file);
  if (existing === null) {
    // Whole or not at all, and never over one that another run has made meanwhile.
    const made = `${file}.${process.pid}`;
    try {
      await writeWholeFile(made, `${given ?? newPassphrase()}\n`, 0o600);
      await link(made, file);
    } finally {
      await rm(made, { force: true });
    }
    return;
  }
  if (given !== undefined && existing.trim() !== given) {
    throw new Error(
      `${file}: this stack already has another passphrase than the recovery kit's. Choose a fresh stack name (--stack), or \`./kaleem down\` this one first.`,
    );
  }
}
