import { constants } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { entryPath } from "../../catalog/inventory/inventory.ts";
import { readTar } from "../../catalog/portable/tar.ts";
import { hostFilesDump } from "../../contract/jobs.ts";
import { writeTar, type TarContent } from "../../catalog/portable/write-tar.ts";
import type { ContentReader } from "./read-while-written.ts";

/** Folders of the host whose files say how it runs; only root writes there. */
const folders: readonly { readonly path: string; readonly which: (name: string) => boolean }[] = [
  { path: "/etc/kaleem", which: (name) => name !== "secrets" },
  { path: "/etc/systemd/system", which: (name) => name.startsWith("kaleem") || name === "srv-kaleem.mount" },
];

/**
 * The host's own files: what `up` has written. Secrets are left out, the repository's own password among them: the stack's file holds them.
 */
export const configsSource = {
  name: hostFilesDump.source,
  file: "configs.tar",
  named: { prefix: "configs-", suffix: ".tar" },
  read: (async (content) => {
    const stated = [];
    for await (const file of readTar(content)) {
      let bytes = 0;
      for await (const piece of file.content()) bytes += piece.length;
      stated.push({
        path: entryPath("file", file.name),
        kind: "files",
        count: 1,
        options: { bytes: String(bytes) },
      });
    }
    if (stated.length === 0) throw new Error("holds no file");
    return {
      ...{ version: null, parts: [], stated, facts: {} },
      leftOut: ["secrets: the stack's file holds them, encrypted"],
    };
  }) satisfies ContentReader,
} as const;

/** @param root @default the machine's */
export async function* hostFiles(root = "/"): AsyncGenerator<Uint8Array> {
  yield* writeTar(filesIn(root));
}

async function* filesIn(root: string): AsyncGenerator<TarContent> {
  for (const { path, which } of folders)
    for (const name of await namesIn(join(root, path))) {
      if (which(name)) yield* below(root, join(path, name));
    }
}

async function* below(root: string, path: string): AsyncGenerator<TarContent> {
  // Links are left out: what they lead to is somebody else's.
  const handle = await open(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW).catch(
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ELOOP") return null;
      throw error;
    },
  );
  if (handle === null) return;
  try {
    const found = await handle.stat();
    if (found.isFile()) {
      const content = await handle.readFile();
      yield { name: path.replace(/^\/+/, ""), size: content.length, content: [content] };
      return;
    }
    if (!found.isDirectory()) return;
  } finally {
    await handle.close();
  }
  for (const name of await namesIn(join(root, path))) yield* below(root, join(path, name));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).sort();
}
