import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { readIfThere } from "../../workstation/read-if-there.ts";
import { writeWholeFile } from "../../workstation/write-whole-file.ts";

/** The key (`type base64`) that a known_hosts text has for a host. Pure. */
export function knownKey(text: string, pattern: string): string | undefined {
  const line = text.split("\n").find((candidate) => candidate.split(" ")[0] === pattern);
  return line?.split(" ").slice(1, 3).join(" ");
}

/** A known_hosts text in which a host has exactly this key; none when `key` is undefined. Pure. */
export function withKnownKey(text: string, pattern: string, key: string | undefined): string {
  const others = text.split("\n").filter((line) => line !== "" && line.split(" ")[0] !== pattern);
  const lines = key === undefined ? others : [...others, `${pattern} ${key}`];
  return lines.map((line) => `${line}\n`).join("");
}

/**
 * Pins a host's key in a known_hosts file of a stack's own, or forgets the host; what the file says of others stays.
 * @param pattern How ssh names the host: `knownHostsPattern`.
 * @param key `type base64`, or undefined to forget it.
 */
export async function pinHostKey(file: string, pattern: string, key: string | undefined): Promise<void> {
  const before = await readIfThere(file);
  const after = withKnownKey(before ?? "", pattern, key);
  if (before === after) return;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeWholeFile(file, after, 0o600);
}
