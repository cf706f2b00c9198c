import type { AgentConfig } from "../agent-config.ts";
import { CommandError } from "../host-port.ts";
import { bucketLayout, layout } from "../layout.ts";
import { runProgram, type ProgramOptions, type ProgramResult } from "../agent/run-program.ts";
import { exitCodes, RecoveryError } from "../exit-codes.ts";
import { failureKind, resticFailure } from "./failure.ts";
import { backupSummary, parseMessage, snapshotList, statusMessage } from "./messages.ts";

/** A repository: restic's name for it, and where its password lies. */
export interface Repository {
  /** A path, or `s3:…`; never with a secret in it. */
  readonly url: string;
  readonly passwordFile: string;
  /** AWS shared-credentials file; only for `s3:`. */
  readonly credentialsFile?: string;
  readonly region?: string;
}

/** A snapshot as restic lists it. */
export interface Snapshot {
  /** restic's own id: differs between the repositories. */
  readonly id: string;
  readonly time: string;
  readonly host: string;
  readonly paths: readonly string[];
  readonly tags: readonly string[];
  /** Bytes in it; null where restic (before 0.17) does not say. */
  readonly bytes: number | null;
}

/** What a backup read and added. */
export interface BackupSummary {
  readonly snapshot: string;
  readonly files: number;
  readonly filesChanged: number;
  readonly bytes: number;
  readonly bytesAdded: number;
  readonly seconds: number;
}

/** How far a restore is. */
export interface Progress {
  /** 0 … 1 */
  readonly done: number;
  readonly bytes: number | null;
}

/** Limits for one run. */
export interface RunLimits {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const minute = 60_000;

/** The repository on this host's system disk. */
export const localRepository: Repository = { url: layout.repository, passwordFile: layout.resticPassword };

/** The repository in the off-site bucket. */
export function offsiteRepository(offsite: AgentConfig["offsite"]): Repository {
  const key = [
    offsite.bucket,
    ...(offsite.prefix === "" ? [] : [offsite.prefix]),
    bucketLayout.repository,
  ].join("/");
  return {
    url: `s3:${offsite.endpoint.replace(/\/+$/, "")}/${key}`,
    passwordFile: layout.resticPassword,
    credentialsFile: layout.offsiteCredentials,
    region: offsite.region,
  };
}

/**
 * restic, one method a command. Passwords go by file, never on a command line. Every run has a time limit, since restic itself
 * retries a dead S3 for 15 minutes. Failures reject with a RecoveryError whose sentence says what to do.
 */
export class Restic {
  readonly repository: Repository;
  readonly #probe: (() => Promise<void>) | null;
  readonly #cache: string;
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
    this.#probe = probe;
    this.#cache = cache;
  }

  /** False when there is none at that place; a wrong password or an unreachable bucket rejects. */
  async exists(limits: RunLimits = {}): Promise<boolean> {
    try {
      await this.#run("cat config", ["cat", "config", "--no-lock"], { timeoutMs: minute, ...limits });
      return true;
    } catch (error) {
      if (error instanceof RecoveryError && error.exitCode === exitCodes.noRepository) return false;
      throw error;
    }
  }

  /** Makes the repository. With `alike` it cuts files at the same places as that one, so that a copy between them adds nothing twice. */
  async init(alike?: Restic, limits: RunLimits = {}): Promise<void> {
    const from = alike === undefined ? [] : ["--copy-chunker-params", ...fromArguments(alike.repository)];
    await this.#run("init", ["init", ...from], { timeoutMs: 2 * minute, ...limits }, alike);
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
    const result = await this.#run("backup", argv, { timeoutMs: 60 * minute, ...limits, accept: [0, 3] });
    const summary = result.stdout
      .split("\n")
      .reduce<ReturnType<typeof backupSummary.parse> | null>(
        (found, line) => parseMessage(backupSummary, line) ?? found,
        null,
      );
    if (result.exitCode === 3 && summary !== null) await this.forgetSnapshot(summary.snapshot_id);
    if (result.exitCode !== 0)
      throw resticFailure("backup", this.repository.url, result.exitCode, result.stderr);
    if (summary === null)
      throw new RecoveryError(
        exitCodes.failed,
        `restic backup ended well but printed no summary: ${result.stderr}`,
      );
    return {
      snapshot: summary.snapshot_id,
      files: summary.total_files_processed,
      filesChanged: summary.files_new + summary.files_changed,
      bytes: summary.total_bytes_processed,
      bytesAdded: summary.data_added,
      seconds: summary.total_duration,
    };
  }

  /** All snapshots, or one host's (for us: one lineage's), oldest first. Takes no lock: a listing must work while others write. */
  async snapshots(host?: string, limits: RunLimits = {}): Promise<readonly Snapshot[]> {
    const filter = host === undefined ? [] : ["--host", host];
    const { stdout } = await this.#run("snapshots", ["snapshots", "--json", "--no-lock", ...filter], {
      timeoutMs: 2 * minute,
      ...limits,
    });
    const list = snapshotList.parse(JSON.parse(stdout)) ?? [];
    return list
      .map((one) => ({
        id: one.id,
        time: one.time,
        host: one.hostname,
        paths: one.paths,
        tags: one.tags ?? [],
        bytes: one.summary?.total_bytes_processed ?? null,
      }))
      .sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  }

  /** Copies the named snapshots of another repository into this one. Interrupted copies go on where they were. */
  async copyFrom(source: Restic, snapshots: readonly string[], limits: RunLimits = {}): Promise<void> {
    if (snapshots.length === 0) return;
    await this.#run(
      "copy",
      ["copy", ...fromArguments(source.repository), ...snapshots],
      { timeoutMs: 60 * minute, ...limits },
      source,
    );
  }

  /** Restores a whole snapshot below `target`; its files are then at `target` + the path that was backed up. */
  async restore(
    snapshot: string,
    target: string,
    onProgress?: (progress: Progress) => void,
    limits: RunLimits = {},
  ): Promise<void> {
    const onLine = (line: string): void => {
      const status = parseMessage(statusMessage, line);
      if (status !== null)
        onProgress?.({
          done: status.percent_done,
          bytes: status.bytes_restored ?? status.bytes_done ?? null,
        });
    };
    await this.#run("restore", ["restore", "--json", snapshot, "--target", target], {
      timeoutMs: 240 * minute,
      ...limits,
      onLine,
    });
  }

  /** The content of one file of a snapshot, as text; for small files such as the manifest. */
  async dump(snapshot: string, path: string, limits: RunLimits = {}): Promise<string> {
    return (
      await this.#run("dump", ["dump", "--no-lock", snapshot, path], { timeoutMs: 2 * minute, ...limits })
    ).stdout;
  }

  /** Forgets by policy, with `arguments` from `forgetArguments`. Space is given back only by `prune`. */
  async forget(policy: readonly string[], limits: RunLimits = {}): Promise<void> {
    await this.#exclusive("forget", ["forget", ...policy], { timeoutMs: 5 * minute, ...limits });
  }

  /** Forgets one snapshot. */
  async forgetSnapshot(id: string, limits: RunLimits = {}): Promise<void> {
    await this.#exclusive("forget", ["forget", id], { timeoutMs: 5 * minute, ...limits });
  }

  /** Gives back the space of what was forgotten. Safe to interrupt. */
  async prune(limits: RunLimits = {}): Promise<void> {
    await this.#exclusive("prune", ["prune", "--max-unused", "5%"], { timeoutMs: 60 * minute, ...limits });
  }

  /** Checks the repository's structure; with `readSubset` (such as `1/7` or `10%`) reads that part of the data too. */
  async check(readSubset?: string, limits: RunLimits = {}): Promise<void> {
    const subset = readSubset === undefined ? [] : ["--read-data-subset", readSubset];
    await this.#exclusive("check", ["check", ...subset], { timeoutMs: 120 * minute, ...limits });
  }

  /** Removes locks whose process on this host is dead, and such that nobody has refreshed for half an hour; never a living one's. */
  async unlockStale(limits: RunLimits = {}): Promise<void> {
    await this.#run("unlock", ["unlock"], { timeoutMs: minute, ...limits });
  }

  /** Version such as `0.18.0`. */
  static async version(): Promise<string> {
    const { stdout } = await runProgram(["restic", "version"], { timeoutMs: 10_000 });
    return /restic (\S+)/.exec(stdout)?.[1] ?? stdout.trim();
  }

  /** A command that wants the repository for itself: when a killed run's lock is in the way, removes that and tries once more. */
  async #exclusive(action: string, argv: readonly string[], options: ProgramOptions): Promise<void> {
    try {
      await this.#run(action, argv, options);
    } catch (error) {
      if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.busy) throw error;
      await this.unlockStale();
      await this.#run(action, argv, options);
    }
  }

  async #run(
    action: string,
    argv: readonly string[],
    options: ProgramOptions,
    other?: Restic,
  ): Promise<ProgramResult> {
    await this.#probe?.();
    if (other !== undefined) await other.#probe?.();
    const { url, passwordFile, region } = this.repository;
    const credentialsFile = this.repository.credentialsFile ?? other?.repository.credentialsFile;
    const regionOption = region ?? other?.repository.region;
    const global = ["-r", url, "--password-file", passwordFile, "--cache-dir", this.#cache];
    const s3 = regionOption === undefined ? [] : ["-o", `s3.region=${regionOption}`];
    const env = credentialsFile === undefined ? {} : { AWS_SHARED_CREDENTIALS_FILE: credentialsFile };
    try {
      return await runProgram(["restic", ...global, ...s3, ...argv], { ...options, env });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (error.exitCode === null && !options.signal?.aborted && /ENOENT/.test(error.stderr)) throw error;
      const failure = resticFailure(action, url, error.exitCode, error.stderr);
      // Stopped by our own limit while talking to a bucket: the bucket is what did not answer.
      if (error.exitCode === null && url.startsWith("s3:") && failureKind(null, error.stderr) === "other") {
        throw new RecoveryError(exitCodes.offsiteUnreachable, failure.message, { cause: error });
      }
      throw failure;
    }
  }
}

function fromArguments(source: Repository): readonly string[] {
  return ["--from-repo", source.url, "--from-password-file", source.passwordFile];
}
