import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Where a running task's secrets are from outside; `pid` is its container's first process. */
function folderOf(pid: number): string {
  return `/proc/${pid}/root/run/secrets`;
}

/** One secret as a running task has been given it, without the newline that may end it. */
export async function taskSecret(pid: number, name: string): Promise<string> {
  return (await readFile(join(folderOf(pid), name), "utf8")).replace(/\n$/, "");
}

/** All secrets of a running task: name under /run/secrets → value. */
export async function taskSecrets(pid: number): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(folderOf(pid));
  const entries = await Promise.all(names.map(async (name) => [name, await taskSecret(pid, name)] as const));
  return Object.fromEntries(entries);
}
