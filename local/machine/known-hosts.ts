import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

/** How ssh names a host on another port than 22. */
export function hostPattern(address: string, port: number): string {
  return port === 22 ? address : `[${address}]:${port}`;
}

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

/** Reads a known_hosts file; a missing one is empty. */
export async function readKnownHosts(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/** Pins a host's key in a known_hosts file, or forgets the host. */
export async function pinHostKey(file: string, pattern: string, key: string | undefined): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, withKnownKey(await readKnownHosts(file), pattern, key), { mode: 0o600 });
}
