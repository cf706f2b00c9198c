import { open, readFile, rename } from "node:fs/promises";
import type { Scan } from "./scan.ts";
import { parseTree, type Tree } from "./tree.ts";

/** The tree that a copy is a copy of, as `writeIndex` kept it; null when there is none. */
export async function readIndex(path: string): Promise<Tree | null> {
  let text: string;
  try {
    text = await readFile(path, "latin1");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const newline = text.indexOf("\n");
  return parseTree(text.slice(newline + 1), Number(text.slice(0, newline)));
}

/** Keeps what a copy is a copy of. The fsync also makes every earlier change of the copy's metadata durable: the file system's log is in order. */
export async function writeIndex(path: string, { tree, text }: Scan): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(`${tree.scannedAt}\n${text}`, "latin1");
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
