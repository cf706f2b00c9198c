import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { readIfThere } from "../../workstation/read-if-there.ts";
import { writeWholeFile } from "../../workstation/write-whole-file.ts";
import { knownHostsPattern } from "../ssh/ssh-target.ts";

/**
 * Writes the host key that a stack's file pins into a known_hosts file of the stack's own, for ssh. The committed file stays what
 * counts: another key in it is another line here.
 */
export async function pinHostKey(
  file: string,
  host: { readonly address: string; readonly port: number; readonly hostKey: string },
): Promise<void> {
  const key = host.hostKey.split(" ").slice(0, 2).join(" ");
  const text = `${knownHostsPattern(host)} ${key}\n`;
  if ((await readIfThere(file)) === text) return;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeWholeFile(file, text, 0o600);
}
