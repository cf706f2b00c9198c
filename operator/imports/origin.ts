import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { FoundFile, ListedFile } from "./find-files.ts";
import { dumpFile, listSnapshot, type ResticSource } from "./restic-listing.ts";

/** Where the files to be imported are. */
export interface Origin {
  /** For people. */
  readonly name: string;
  list(): Promise<readonly ListedFile[]>;
  /** Where the content of a found file is on this machine, a folder as a tar archive; made or fetched first where it has to be. */
  fetch(file: FetchedFile): Promise<string>;
  /** Takes away what was fetched. */
  close(): Promise<void>;
}

/** What is fetched of a found file. */
export type FetchedFile = Pick<FoundFile, "path" | "isFolder">;

const deepest = 100;

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
  const kept = temporary();
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
          `--from: there is no folder ${root}: give the one that holds mongo, redis, rabbitmq, minio`,
        );
      return filesBelow(root, deepest);
    },
    async fetch({ path, isFolder }) {
      if (!isFolder) return path;
      const to = await kept.next();
      const options = [
        "--create",
        "--file",
        to,
        "--format=posix",
        "--sort=name",
        "--directory",
        dirname(path),
      ];
      await execa("tar", [...options, "--", basename(path)]);
      return to;
    },
    close: () => kept.remove(),
  };
}

/** Files that are wanted for the length of an import, in a folder that only we may read. */
function temporary() {
  let folder: string | null = null;
  let made = 0;
  return {
    async next(): Promise<string> {
      folder ??= await mkdtemp(join(tmpdir(), "kaleem-import-"));
      return join(folder, String((made += 1)));
    },
    async remove(): Promise<void> {
      if (folder !== null) await rm(folder, { recursive: true });
    },
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
  const kept = temporary();
  return {
    name: source.repository,
    list: () => listSnapshot(source),
    async fetch({ path }) {
      const to = await kept.next();
      // restic gives a folder as a tar archive by itself.
      await dumpFile(source, path, to);
      return to;
    },
    close: () => kept.remove(),
  };
}
