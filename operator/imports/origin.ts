import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { ListedFile } from "./find-files.ts";
import { dumpFile, listSnapshot, type ResticSource } from "./restic-listing.ts";

/** Where the files to be imported are. */
export interface Origin {
  /** For people. */
  readonly name: string;
  list(): Promise<readonly ListedFile[]>;
  /** Where the content of a listed file is on this machine; fetched first where it has to be. */
  fetch(file: ListedFile): Promise<string>;
  /** Takes away what was fetched. */
  close(): Promise<void>;
}

const deepest = 6;

/** Opens what `--from` names: a folder, or `restic:REPOSITORY`. @throws RecoveryError `usage` */
export function openOrigin(from: string, passwordFile?: string): Origin {
  if (!from.startsWith("restic:")) return folderOrigin(resolve(from));
  const repository = from.slice("restic:".length);
  if (repository === "")
    throw new RecoveryError(exitCodes.usage, "--from: expected restic:REPOSITORY, got no repository");
  const hasPassword = ["RESTIC_PASSWORD_FILE", "RESTIC_PASSWORD", "RESTIC_PASSWORD_COMMAND"].some(
    (name) => process.env[name] !== undefined,
  );
  if (passwordFile === undefined && !hasPassword)
    throw new RecoveryError(
      exitCodes.usage,
      "--from restic:…: its password is wanted: give the file that holds it by --password-file, or by RESTIC_PASSWORD_FILE",
    );
  return resticOrigin({ repository, ...(passwordFile === undefined ? {} : { passwordFile }) });
}

function folderOrigin(root: string): Origin {
  return {
    name: root,
    async list() {
      const isFolder = await stat(root).then(
        (found) => found.isDirectory(),
        () => false,
      );
      if (!isFolder)
        throw new RecoveryError(
          exitCodes.usage,
          `--from: there is no folder ${root}: give the one that holds mongo, redis, rabbitmq`,
        );
      return filesBelow(root, deepest);
    },
    fetch: async ({ path }) => path,
    close: async () => undefined,
  };
}

/** Links are not followed: they may lead anywhere, and round in a circle. */
async function filesBelow(folder: string, depth: number): Promise<readonly ListedFile[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  // Of a restic repository: thousands of files, none of them by a name that means anything.
  if (entries.some(({ name }) => name === "snapshots") && entries.some(({ name }) => name === "keys"))
    return [];
  const files: ListedFile[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isFile()) {
      const { size, mtimeMs } = await stat(path);
      files.push({ path, bytes: size, changedMs: mtimeMs });
    } else if (entry.isDirectory() && depth > 0) files.push(...(await filesBelow(path, depth - 1)));
  }
  return files;
}

function resticOrigin(source: ResticSource): Origin {
  let folder: string | null = null;
  let fetched = 0;
  return {
    name: source.repository,
    list: () => listSnapshot(source),
    async fetch({ path }) {
      folder ??= await mkdtemp(join(tmpdir(), "kaleem-import-"));
      const to = join(folder, String((fetched += 1)));
      await dumpFile(source, path, to);
      return to;
    },
    async close() {
      if (folder !== null) await rm(folder, { recursive: true });
    },
  };
}
