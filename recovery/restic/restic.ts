import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { layout } from "../../contract/layout.ts";
import { parseBackupSummary, type BackupSummary } from "./backup-summary.ts";
import { resticFailure } from "./failure.ts";
import type { Repository } from "./repository.ts";
import { ResticProcess } from "./restic-process.ts";
import { parseRestoreProgress, type RestoreProgress } from "./restore-progress.ts";
import { parseKeys, type RepositoryKey } from "./repository-key.ts";
import type { RunLimits } from "./run-limits.ts";
import { parseSnapshots, type Snapshot } from "./snapshot.ts";

const minute = 60_000;

/**
 * restic, one method a command. Passwords go by file, never on a command line. Every run has a time limit, since restic itself
 * retries a dead S3 for 15 minutes. Failures reject with a RecoveryError whose sentence says what to do.
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
      await this.#process.run("cat config", ["cat", "config", "--no-lock"], { timeoutMs: minute, ...limits });
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
    await this.#process.run("init", ["init", ...from], { timeoutMs: 2 * minute, ...limits }, other);
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
    const argv = ["backup", "--json", "--host", host, ...tags.flatMap((tag) => ["--tag", tag]), path];
    const result = await this.#process.run("backup", argv, {
      timeoutMs: 60 * minute,
      ...limits,
      accept: [0, 3],
    });
    const summary = parseBackupSummary(result.stdout);
    if (result.exitCode === 3 && summary !== null) await this.forget([summary.snapshot]);
    if (result.exitCode !== 0)
      throw resticFailure("backup", this.repository.url, result.exitCode, result.stderr);
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
    const { stdout } = await this.#process.run("snapshots", ["snapshots", "--json", "--no-lock", ...filter], {
      timeoutMs: 2 * minute,
      ...limits,
    });
    return parseSnapshots(stdout);
  }

  /** Copies the named snapshots of another repository into this one. Interrupted copies go on where they were. */
  async copyFrom(source: Restic, snapshots: readonly string[], limits: RunLimits = {}): Promise<void> {
    if (snapshots.length === 0) return;
    await this.#process.run(
      "copy",
      ["copy", ...source.#process.asSource(), ...snapshots],
      { timeoutMs: 60 * minute, ...limits },
      source.#process,
    );
  }

  /** Restores a whole snapshot below `target`; its files are then at `target` + the path that was backed up. */
  async restore(
    snapshot: string,
    target: string,
    onProgress?: (progress: RestoreProgress) => void,
    limits: RunLimits = {},
  ): Promise<void> {
    await this.#process.run("restore", ["restore", "--json", snapshot, "--target", target], {
      timeoutMs: 240 * minute,
      ...limits,
      onLine: (line) => {
        const progress = parseRestoreProgress(line);
        if (progress !== null) onProgress?.(progress);
      },
    });
  }

  /** The content of one file of a snapshot, as text; for small files such as the manifest. */
  async dump(snapshot: string, path: string, limits: RunLimits = {}): Promise<string> {
    return (
      await this.#process.run("dump", ["dump", "--no-lock", snapshot, path], {
        timeoutMs: 2 * minute,
        ...limits,
      })
    ).stdout;
  }

  /** Forgets what `which` names: ids, or a policy from `forgetArguments`. Space is given back only by `prune`. */
  async forget(which: readonly string[], limits: RunLimits = {}): Promise<void> {
    await this.#process.runExclusive("forget", ["forget", ...which], { timeoutMs: 5 * minute, ...limits });
  }

  /** Gives back the space of what was forgotten. Safe to interrupt. */
  async prune(limits: RunLimits = {}): Promise<void> {
    await this.#process.runExclusive("prune", ["prune", "--max-unused", "5%"], {
      timeoutMs: 60 * minute,
      ...limits,
    });
  }

  /** Checks the repository's structure; with `readSubset` (such as `1/7` or `10%`) reads that part of the data too. */
  async check(readSubset?: string, limits: RunLimits = {}): Promise<void> {
    const subset = readSubset === undefined ? [] : ["--read-data-subset", readSubset];
    await this.#process.runExclusive("check", ["check", ...subset], { timeoutMs: 120 * minute, ...limits });
  }

  /** Removes locks whose process on this host is dead, and such that nobody has refreshed for half an hour; never a living one's. */
  async unlockStale(limits: RunLimits = {}): Promise<void> {
    await this.#process.unlock(limits);
  }

  /** The passwords that open the repository; one of them is ours. */
  async keys(limits: RunLimits = {}): Promise<readonly RepositoryKey[]> {
    const { stdout } = await this.#process.run("key list", ["key", "list", "--json", "--no-lock"], {
      timeoutMs: 2 * minute,
      ...limits,
    });
    return parseKeys(stdout);
  }

  /** One more password, read from a file; those that there are stay valid. */
  async addKey(newPasswordFile: string, limits: RunLimits = {}): Promise<void> {
    const argv = ["key", "add", "--new-password-file", newPasswordFile];
    await this.#process.runExclusive("key add", argv, { timeoutMs: 2 * minute, ...limits });
  }

  /** Takes a password away; restic refuses that for the one that it is opened with. */
  async removeKey(id: string, limits: RunLimits = {}): Promise<void> {
    await this.#process.runExclusive("key remove", ["key", "remove", id], {
      timeoutMs: 2 * minute,
      ...limits,
    });
  }
}
