import { execFileSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isResticNewEnough, oldestRestic } from "../../../contract/restic.ts";
import { SshHost } from "../../../operator/ssh/ssh.ts";
import type { SshTarget } from "../../../operator/ssh/ssh-target.ts";

/**
 * Puts a restic that the platform works with first in PATH: this machine's own where it will do, else the emulated machine's.
 * @param folder where a fetched one is put
 */
export async function presentRestic(folder: string): Promise<void> {
  if (isResticNewEnough(ownVersion())) return;
  const target = process.env["KALEEM_LIVE_TARGET"] ?? "";
  if (target === "")
    throw new Error(`restic ${oldestRestic} or later is wanted here, or the emulated machine, which has one`);
  const { stdout } = await new SshHost(JSON.parse(target) as SshTarget).run([
    "sh",
    "-c",
    'base64 "$(command -v restic)"',
  ]);
  const program = join(folder, "restic");
  writeFileSync(program, Buffer.from(stdout, "base64"));
  chmodSync(program, 0o755);
  process.env["PATH"] = `${folder}:${process.env["PATH"] ?? ""}`;
}

function ownVersion(): string {
  try {
    return /^restic (\S+)/.exec(execFileSync("restic", ["version"], { encoding: "utf8" }))?.[1] ?? "";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
