import { runProgram, type ProgramOptions, type ProgramResult } from "../host/run-program.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { CommandError } from "../host/host-port.ts";
import { failureKind, resticFailure } from "./failure.ts";
import type { Repository } from "./repository.ts";
import type { RunLimits } from "./run-limits.ts";

/** How restic is started for one repository, and how its failures are told. */
export class ResticProcess {
  readonly repository: Repository;
  readonly #probe: (() => Promise<void>) | null;
  readonly #cache: string;
  /** @param probe Asked before every run; rejects when the place does not answer or refuses us. */
  constructor(repository: Repository, probe: (() => Promise<void>) | null, cache: string) {
    this.repository = repository;
    this.#probe = probe;
    this.#cache = cache;
  }

  /**
   * Runs a command on the repository.
   * @param action What it is called in the sentence of a failure.
   * @param other Of a second repository that the command reads from: asked first too, and its credentials serve where we have none.
   * @throws RecoveryError for restic's own failures; CommandError when there is no restic.
   */
  async run(
    action: string,
    argv: readonly string[],
    options: ProgramOptions,
    other: ResticProcess | null = null,
  ): Promise<ProgramResult> {
    await this.#probe?.();
    if (other !== null) await other.#probe?.();
    const { url, passwordFile, region } = this.repository;
    const credentialsFile = this.repository.credentialsFile ?? other?.repository.credentialsFile;
    const regionOption = region ?? other?.repository.region;
    const global = ["-r", url, "--password-file", passwordFile, "--cache-dir", this.#cache];
    const s3 = regionOption === undefined ? [] : ["-o", `s3.region=${regionOption}`];
    const env = credentialsFile === undefined ? {} : { AWS_SHARED_CREDENTIALS_FILE: credentialsFile };
    try {
      return await runProgram(["restic", ...global, ...s3, ...argv], { ...options, env });
    } catch (error) {
      throw error instanceof CommandError ? asFailure(error, action, url, options.signal) : error;
    }
  }

  /** A command that wants the repository for itself: when a killed run's lock is in the way, removes that and tries once more. */
  async runExclusive(action: string, argv: readonly string[], options: ProgramOptions): Promise<void> {
    try {
      await this.run(action, argv, options);
    } catch (error) {
      if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.busy) throw error;
      await this.unlock();
      await this.run(action, argv, options);
    }
  }

  /** Arguments of a command that reads from this repository into another. */
  asSource(): readonly string[] {
    const { url, passwordFile } = this.repository;
    return ["--from-repo", url, "--from-password-file", passwordFile];
  }

  /** Removes dead locks, see `Restic.unlockStale`. */
  async unlock(limits: RunLimits = {}): Promise<void> {
    await this.run("unlock", ["unlock"], { timeoutMs: 60_000, ...limits });
  }
}

function asFailure(error: CommandError, action: string, url: string, signal: AbortSignal | undefined): Error {
  if (error.exitCode === null && !signal?.aborted && /ENOENT/.test(error.stderr)) return error;
  const failure = resticFailure(action, url, error.exitCode, error.stderr);
  // Stopped by our own limit while talking to a bucket: the bucket is what did not answer.
  if (error.exitCode === null && url.startsWith("s3:") && failureKind(null, error.stderr) === "other") {
    return new RecoveryError(exitCodes.offsiteUnreachable, failure.message, { cause: error });
  }
  return failure;
}
