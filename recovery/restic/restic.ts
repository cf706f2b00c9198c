import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { layout } from "../../contract/layout.ts";
import { parseBackupSummary, type BackupSummary } from "./backup-summary.ts";
import { resticFailure } from "./failure.ts";
import type { Repository } from "./repository.ts";
import { ResticProcess } from "./restic-process.ts";
import { parseRestoreProgress, type RestoreProgress } from "./restore-progress.ts";
import { StoppedError } from "../agent/stopped-error.ts";
import { PackRemoval, type HeldPacks } from "./pack-removal.ts";
import { parseKeys, parseMasterKey, type RepositoryKey } from "./repository-key.ts";
import { transferStallMs, type RunLimits } from "./run-limits.ts";
import { parseForgettable, parseSnapshots, type Snapshot } from "./snapshot.ts";
import type { UploadPace } from "./upload-pace.ts";

/** How a prune ended. */
export interface Pruned {
  /** There is more to move. */
  readonly more: boolean;
  /** Packs that nothing uses any more and that the bucket keeps; null when it kept none. */
  readonly held: HeldPacks | null;
}

/** Gives up a run that moves data only when it stands still. */
const moving = { stallAfterMs: transferStallMs } as const;

/**
 * restic, one method a command. Passwords go by file, never on a command line. No run is ended for taking long, only for standing
 * still; one that is stopped gets SIGINT first, so that it takes its lock away. Failures reject with a RecoveryError whose
 * sentence says what to do.
 */
export class Restic {
  readonly repository: Repository;
  readonly #process: ResticProcess;
  /**
   * @param probe Asked before every command; rejects when the place does not answer or refuses us. restic itself retries a dead or
   * refusing bucket for minutes, and then says less.
   */
  constructor(
    repository: Repository,
    probe: (() => Promise<void>) | null = null,
    cache: string = layout.resticCache,
  ) {
    this.repository = repository;
    this.#process = new ResticProcess(repository, probe, cache);
  }

  /** False when there is none at that place; a wrong password or an unreachable bucket rejects. */
  async exists(limits: RunLimits = {}): Promise<boolean> {
    try {
      await this.#process.run("cat config", ["cat", "config", "--no-lock"], limits);
      return true;
    } catch (error) {
      if (error instanceof RecoveryError && error.exitCode === exitCodes.noRepository) return false;
      throw error;
    }
  }

  /** Makes the repository. With `alike` it cuts files at the same places as that one, so that a copy between them adds nothing twice. */
  async init(alike?: Restic, limits: RunLimits = {}): Promise<void> {
    const other = alike === undefined ? null : alike.#process;
    const from = other === null ? [] : ["--copy-chunker-params", ...other.asSource()];
    await this.#process.run("init", ["init", ...from], limits, other);
  }

  /**
   * Backs up one path. Exit code 3 (some files could not be read) counts as failure, and the snapshot that restic made all the
   * same is forgotten: half a point must never be found by a restore.
   */
  async backup(
    path: string,
    host: string,
    tags: readonly string[],
    limits: RunLimits = {},
  ): Promise<BackupSummary> {
    return this.#backUp(["--host", host, ...tagArguments(tags), path], limits);
  }

  /**
   * Backs up what a command writes, as one file at the root of the snapshot. A command that fails makes no snapshot, whatever it has written
   * before. Waits for whoever has the repository for itself.
   */
  async backupOutput(
    { command, file }: { readonly command: readonly string[]; readonly file: string },
    host: string,
    tags: readonly string[],
    limits: RunLimits = {},
  ): Promise<BackupSummary> {
    const from = ["--stdin-filename", file, "--stdin-from-command", "--", ...command];
    return this.#backUp(["--retry-lock", "5m", "--host", host, ...tagArguments(tags), ...from], limits);
  }

  async #backUp(what: readonly string[], limits: RunLimits): Promise<BackupSummary> {
    const argv = ["backup", "--json", ...what];
    const result = await this.#process.run("backup", argv, {
      ...moving,
      ...limits,
      accept: [0, 3],
    });
    const summary = parseBackupSummary(result.stdout);
    if (result.exitCode === 3 && summary !== null) await this.forget([summary.snapshot]);
    if (result.exitCode !== 0)
      throw resticFailure({ action: "backup", where: this.repository.url, ...result });
    if (summary === null)
      throw new RecoveryError(
        exitCodes.failed,
        `restic backup ended well but printed no summary: ${result.stderr}`,
      );
    return summary;
  }

  /** All snapshots, or one host's (for us: one lineage's), oldest first. Takes no lock: a listing must work while others write. */
  async snapshots(host?: string, limits: RunLimits = {}): Promise<readonly Snapshot[]> {
    const filter = host === undefined ? [] : ["--host", host];
    const argv = ["snapshots", "--json", "--no-lock", ...filter];
    const { stdout } = await this.#process.run("snapshots", argv, limits);
    return parseSnapshots(stdout);
  }

  /**
   * Copies the named snapshots of another repository into this one, each of them whole or not at all. What a run has moved before
   * it ended is found again by the next one, once `repairIndex` has seen it.
   * @param pace How it is cut and how many pieces travel at once. @default restic's own
   */
  async copyFrom(
    source: Restic,
    snapshots: readonly string[],
    limits: RunLimits = {},
    pace: UploadPace | null = null,
  ): Promise<void> {
    if (snapshots.length === 0) return;
    await this.#process.run(
      "copy",
      [...this.#paceArguments(pace), "copy", ...source.#process.asSource(), ...snapshots],
      { ...moving, ...limits },
      source.#process,
    );
  }

  #paceArguments(pace: UploadPace | null): readonly string[] {
    if (pace === null) return [];
    const connections = this.repository.url.startsWith("s3:")
      ? ["-o", `s3.connections=${pace.connections}`]
      : [];
    return [...connections, "--pack-size", String(pace.packMiB)];
  }

  /**
   * Takes every pack into the index that is there and not in it: what a run had moved before it was stopped or killed. restic
   * itself saves its index only at the end, every ten minutes, or after 50,000 pieces. Merges index files that are not full, too.
   */
  async repairIndex(limits: RunLimits = {}): Promise<void> {
    const options = { ...moving, ...limits };
    try {
      await this.#process.runExclusive("repair index", ["repair", "index"], options);
    } catch (error) {
      // Its name before 0.16.
      if (!(error instanceof RecoveryError) || !/unknown command "repair"/.test(error.message)) throw error;
      await this.#process.runExclusive("rebuild-index", ["rebuild-index"], options);
    }
  }

  /** How many index files there are: a fresh machine loads each of them before the first byte of data. */
  async countIndexFiles(limits: RunLimits = {}): Promise<number> {
    const { stdout } = await this.#process.run("list index", ["list", "index", "--no-lock"], limits);
    return stdout.split("\n").filter((line) => /^[0-9a-f]{64}$/.test(line)).length;
  }

  /**
   * Restores a snapshot below `target`; its files are then at `target` + the path that was backed up.
   * @param only these paths and what is below them. @default all of it
   */
  async restore(
    snapshot: string,
    target: string,
    onProgress?: (progress: RestoreProgress) => void,
    limits: RunLimits = {},
    only: readonly string[] = [],
  ): Promise<void> {
    const parts = only.flatMap((path) => ["--include", path]);
    await this.#process.run("restore", ["restore", "--json", snapshot, "--target", target, ...parts], {
      ...moving,
      ...limits,
      onLine: (line) => {
        const progress = parseRestoreProgress(line);
        if (progress !== null) onProgress?.(progress);
      },
    });
  }

  /** The content of one file of a snapshot, as text; for small files such as the manifest. */
  async dump(snapshot: string, path: string, limits: RunLimits = {}): Promise<string> {
    return (await this.#process.run("dump", ["dump", "--no-lock", snapshot, path], limits)).stdout;
  }

  /**
   * Which snapshots a policy from `forgetArguments` would forget; changes nothing.
   * @returns restic's full ids
   */
  async forgettable(policy: readonly string[], limits: RunLimits = {}): Promise<readonly string[]> {
    const argv = ["forget", "--dry-run", "--no-lock", "--json", ...policy];
    const { stdout } = await this.#process.run("forget --dry-run", argv, limits);
    return parseForgettable(stdout);
  }

  /** Forgets what `which` names: ids, or a policy from `forgetArguments`. Space is given back only by `prune`. */
  async forget(which: readonly string[], limits: RunLimits = {}): Promise<void> {
    await this.#process.runExclusive("forget", ["forget", ...which], limits);
  }

  /**
   * Gives back the space of what was forgotten.
   * @param repackBytes How much it may move to other packs in this run, which ends with an index of all that it did. More than the
   * largest pack: restic leaves one alone that is larger.
   * @default all that there is to move
   *
   * A pack that the bucket will not let go of is no failure: by then everything that is in use is in the new index.
   * @returns whether there is more to move, and what could not be removed
   */
  async prune(limits: RunLimits = {}, repackBytes: number | null = null): Promise<Pruned> {
    const piece = repackBytes === null ? [] : ["--max-repack-size", String(Math.ceil(repackBytes))];
    const argv = ["prune", "--max-unused", "5%", ...piece];
    const removal = new PackRemoval();
    const onLine = (line: string): void => removal.line(line);
    try {
      const { stderr } = await this.#process.runExclusive("prune", argv, { ...moving, ...limits, onLine });
      const more = repackBytes !== null && removal.repackedBlobs > 0;
      return { more, held: removal.held(stderr) };
    } catch (error) {
      const held = removal.held(refusalsBehind(error));
      if (held === null) throw error;
      return { more: false, held };
    }
  }

  /**
   * Checks the repository's structure; with `readSubset` (such as `1/7` or `10%`) reads that part of the data too.
   * @param lock False looks while others may write: what it then finds wrong may be what they were about to write.
   * @throws RecoveryError `repositoryDamaged`
   */
  async check(readSubset?: string, limits: RunLimits = {}, lock = true): Promise<void> {
    const subset = readSubset === undefined ? [] : ["--read-data-subset", readSubset];
    const argv = ["check", ...subset, ...(lock ? [] : ["--no-lock"])];
    await this.#process.runExclusive("check", argv, { ...moving, ...limits });
  }

  /** Removes locks whose process on this host is dead, and such that nobody has refreshed for half an hour; never a living one's. */
  async unlockStale(limits: RunLimits = {}): Promise<void> {
    await this.#process.unlock(limits);
  }

  /**
   * The key that the repository itself is encrypted with, whichever password opens it: the same for as long as there is this repository.
   * A secret.
   */
  async masterKey(limits: RunLimits = {}): Promise<Buffer> {
    const { stdout } = await this.#process.run("cat masterkey", ["cat", "masterkey", "--no-lock"], limits);
    return parseMasterKey(stdout);
  }

  /** The passwords that open the repository; one of them is ours. */
  async keys(limits: RunLimits = {}): Promise<readonly RepositoryKey[]> {
    const { stdout } = await this.#process.run("key list", ["key", "list", "--json", "--no-lock"], limits);
    return parseKeys(stdout);
  }

  /** One more password, read from a file; those that there are stay valid. */
  async addKey(newPasswordFile: string, limits: RunLimits = {}): Promise<void> {
    const argv = ["key", "add", "--new-password-file", newPasswordFile];
    await this.#process.runExclusive("key add", argv, limits);
  }

  /** Takes a password away; restic refuses that for the one that it is opened with. */
  async removeKey(id: string, limits: RunLimits = {}): Promise<void> {
    await this.#process.runExclusive("key remove", ["key", "remove", id], limits);
  }
}

function tagArguments(tags: readonly string[]): readonly string[] {
  return tags.flatMap((tag) => ["--tag", tag]);
}

/** What a program had said that we ended since it was refused again and again; nothing for one that failed otherwise. */
function refusalsBehind(error: unknown): string {
  const cause = error instanceof RecoveryError ? error.cause : error;
  return cause instanceof StoppedError && cause.reason === "hopeless" ? cause.stderr : "";
}
