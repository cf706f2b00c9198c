import { readdir, readFile, stat } from "node:fs/promises";
import { join, posix } from "node:path";
import type { CopySource } from "./copy-source.ts";
import type { RemoteFiles } from "./remote-files.ts";

/**
 * Copies a source to a path on a host; missing parent directories are made, nothing is removed. A file goes to the
 * path, or into it when it is a directory; of a directory the path gets `dir/…`, or with a slash at the source's end
 * only its content. Relative sources belong to the program's directory, which is the provider's working directory.
 */
export async function copySource(source: CopySource, remotePath: string, remote: RemoteFiles): Promise<void> {
  if (source.kind === "text") {
    if ((await remote.kindOf(remotePath)) === "directory") {
      throw new Error(
        `remote path ${remotePath} is a directory; when using a text asset, remotePath must be a file path`,
      );
    }
    await copyFile(Buffer.from(source.text), remotePath, remote);
    return;
  }
  const { path } = source;
  const name = posix.basename(path);
  if ((await stat(path)).isDirectory()) {
    await copyDirectory(path, path.endsWith("/") ? remotePath : posix.join(remotePath, name), remote);
  } else {
    const into = (await remote.kindOf(remotePath)) === "directory";
    await copyFile(await readFile(path), into ? posix.join(remotePath, name) : remotePath, remote);
  }
}

async function copyFile(content: Buffer, remotePath: string, remote: RemoteFiles): Promise<void> {
  await remote.makeDirectories(posix.dirname(remotePath));
  await remote.writeFile(remotePath, content);
}

async function copyDirectory(path: string, remotePath: string, remote: RemoteFiles): Promise<void> {
  await remote.makeDirectories(remotePath);
  const entries = await readdir(path, { withFileTypes: true });
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const from = join(path, entry.name);
    const to = posix.join(remotePath, entry.name);
    if (entry.isDirectory()) await copyDirectory(from, to, remote);
    else await remote.writeFile(to, await readFile(from));
  }
}
