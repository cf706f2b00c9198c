import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StackInstance } from "../../local/instance.ts";
import { newPassphrase } from "../secrets/generated-secrets.ts";

/** Where a stack keeps what git must never see. */
export interface StackPaths {
  readonly folder: string;
  /** Generated: settings, and secrets encrypted with the passphrase. */
  readonly stackFile: string;
  /** 0600; with the bucket, all that a recovery needs. */
  readonly passphrase: string;
  /** Pulumi's state: a file backend. Needed for convenience only. */
  readonly state: string;
  readonly reports: string;
}

/** Names a stack's files and makes their folders, readable by the owner alone. */
export async function openStackPaths(instance: StackInstance): Promise<StackPaths> {
  const paths: StackPaths = {
    folder: instance.folder,
    stackFile: join(instance.folder, `Pulumi.${instance.stack}.yaml`),
    passphrase: join(instance.folder, "passphrase"),
    state: join(instance.folder, "state"),
    reports: join(instance.folder, "reports"),
  };
  await mkdir(paths.folder, { recursive: true, mode: 0o700 });
  await mkdir(paths.state, { recursive: true, mode: 0o700 });
  await mkdir(paths.reports, { recursive: true, mode: 0o700 });
  return paths;
}

/** Keeps the passphrase that is there; else writes the given one, or a new one. Never printed. */
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

/** A file's text; null when there is none. */
export async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
