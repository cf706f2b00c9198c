import { readFile } from "node:fs/promises";
import { runProgram, type ProgramOptions, type ProgramResult } from "../host/run-program.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { CommandError } from "../host/host-port.ts";
import { parseOffsiteCredentials } from "../../contract/offsite-credentials.ts";
import { StoppedError } from "../agent/stopped-error.ts";
import { isHopeless, resticFailure } from "./failure.ts";
import type { Repository } from "./repository.ts";
import { resticProgram } from "./restic-program.ts";
import { queryStallMs, type RunLimits } from "./run-limits.ts";

/**
 * restic removes its lock when it gets SIGINT, in every version; SIGTERM it knows only since 0.17. Taking the lock away is a
 * request to the bucket, which may be slow.
 */
const stopWith = { signal: "SIGINT", graceMs: 20_000 } as const;

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
    const keys = credentialsFile === undefined ? {} : await keysIn(credentialsFile);
    // With more, telling how far it is takes more time than a small run itself.
    const env = { ...keys, RESTIC_PROGRESS_FPS: "1" };
    try {
      return await runProgram([resticProgram(), ...global, ...s3, ...argv], {
        stopWith,
        isHopeless,
        stallAfterMs: queryStallMs,
        ...options,
        env,
      });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const failure = asFailure(error, action, url, options.signal);
      throw failure instanceof RecoveryError && failure.exitCode === exitCodes.stalled
        ? await this.#withCause(failure)
        : failure;
    }
  }

  /** Why it stands still: restic tries again and again without a word, the probe says what is wrong. */
  async #withCause(stalled: RecoveryError): Promise<RecoveryError> {
    try {
      await this.#probe?.();
      return stalled;
    } catch (error) {
      if (!(error instanceof RecoveryError)) return stalled;
      return new RecoveryError(error.exitCode, `${stalled.message}. ${error.message}`, { cause: stalled });
    }
  }

  /** A command that wants the repository for itself: when a killed run's lock is in the way, removes that and tries once more. */
  async runExclusive(
    action: string,
    argv: readonly string[],
    options: ProgramOptions,
  ): Promise<ProgramResult> {
    try {
      return await this.run(action, argv, options);
    } catch (error) {
      if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.busy) throw error;
      await this.unlock();
      return await this.run(action, argv, options);
    }
  }

  /** Arguments of a command that reads from this repository into another. */
  asSource(): readonly string[] {
    const { url, passwordFile } = this.repository;
    return ["--from-repo", url, "--from-password-file", passwordFile];
  }

  /** Removes dead locks, see `Restic.unlockStale`. */
  async unlock(limits: RunLimits = {}): Promise<void> {
    await this.run("unlock", ["unlock"], limits);
  }
}

/**
 * The key pair, for restic's environment alone: its own reader of the file takes `#` and `;` for the beginning of a comment
 * and quotes for none of the key's own.
 */
async function keysIn(file: string): Promise<Readonly<Record<string, string>>> {
  const { accessKeyId, secretAccessKey } = parseOffsiteCredentials(await textOf(file), file);
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: "" };
}

/** Empty when there is none, in which the key pair is then missing. */
async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

function asFailure(error: CommandError, action: string, url: string, signal: AbortSignal | undefined): Error {
  if (error.exitCode === null && !signal?.aborted && /ENOENT/.test(error.stderr)) return error;
  const stalled = error instanceof StoppedError && error.reason === "stalled";
  const failure = resticFailure({
    action,
    where: url,
    exitCode: error.exitCode,
    stderr: error.stderr,
    stalled,
  });
  return new RecoveryError(failure.exitCode, failure.message, { cause: error });
}
