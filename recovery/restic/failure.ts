import { exitCodes, RecoveryError, type ExitCode } from "../../contract/exit-codes.ts";
import { lockHolder } from "./lock-holder.ts";
import { resticProgram } from "./restic-program.ts";

/** Why restic failed, in terms of what to do about it. */
export type FailureKind =
  | "no-repository"
  | "no-bucket"
  | "locked"
  | "wrong-password"
  | "incomplete"
  | "disk-full"
  | "io-error"
  | "read-only"
  | "damaged"
  | "unreachable"
  | "name-unknown"
  | "untrusted"
  | "clock-skewed"
  | "refused"
  | "object-locked"
  | "other";

/** How services say that a lock or a retention rule holds an object: R2, services with S3's object lock, MinIO, Google. */
const objectLocked =
  /ObjectLockedByBucketPolicy|locked by the bucket policy|protected by object lock|WORM protected|RetentionPolicyNotMet|ObjectUnderActiveHold/i;

/**
 * What tells the causes apart in restic's words, most telling first: a sentence often names a cause and what failed because of it,
 * such as "unable to create lock: Access Denied". Samples of real runs are among the tests.
 */
const causes: readonly (readonly [FailureKind, RegExp])[] = [
  ["disk-full", /no space left on device|disk quota exceeded/i],
  ["io-error", /input\/output error|structure needs cleaning|remote I\/O error/i],
  ["read-only", /read-only file system/i],
  [
    "clock-skewed",
    /RequestTimeTooSkewed|difference between the request time and the (?:current|server'?s?) time/i,
  ],
  [
    "untrusted",
    /x509:|certificate (?:signed by|has expired|is not valid)|tls: (?:failed to verify|bad certificate)/i,
  ],
  ["name-unknown", /no such host|server misbehaving|Temporary failure in name resolution/i],
  ["object-locked", objectLocked],
  ["no-bucket", /NoSuchBucket|specified bucket does not exist/i],
  ["wrong-password", /wrong password or no key found/i],
  ["locked", /repository is already locked/i],
  [
    "refused",
    /access ?denied|InvalidAccessKeyId|SignatureDoesNotMatch|Forbidden|AllAccessDisabled|no credentials found|permission denied/i,
  ],
  [
    "unreachable",
    /connection refused|connection reset|i\/o timeout|network is unreachable|no route to host|TLS handshake|handshake failure|server gave HTTP response to HTTPS client|SlowDown|ServiceUnavailable|InternalError|context deadline exceeded|broken pipe|unexpected EOF|: EOF/i,
  ],
  [
    "damaged",
    /packs from index missing|repository contains errors|invalid data returned|ciphertext verification failed|is damaged|not found in repository|does not match|: does not exist$|Load\(<(?:data|index|snapshot)\/\w+>.*(?:NoSuchKey|specified key does not exist|no such file)|LoadIndex returned errors|file has been truncated|not found in (?:any )?index|There were \d+ errors|number of used blobs is larger than number of available blobs|wrong ?hash/im,
  ],
];

/** That the configuration cannot be opened is said for any cause: only one that is not there means that there is none. */
const noRepository =
  /repository does not exist|unable to open config file: .*(?:no such file or directory|specified key does not exist|NoSuchKey|\b404\b)/i;

/** Kinds that no retry mends: restic itself goes on trying for up to 15 minutes. */
const lasting: readonly FailureKind[] = [
  ...["refused", "object-locked", "clock-skewed", "untrusted", "no-bucket", "read-only"],
] as readonly FailureKind[];
/** Answers of this kind pass now and then, such as while a new key spreads. */
const patience = 3;
/** Of an object that may not be removed: while restic tries it again, its other connections remove what may go. */
const removalPatience = 5;

/**
 * Tells failures apart. restic has exit codes of its own only since 0.17 (10 none, 11 locked, 12 wrong password), and Debian 12
 * ships 0.14: there only the words tell. Exit code 3 means that some source could not be read, and is a failure for us.
 */
export function failureKind(exitCode: number | null, stderr: string): FailureKind {
  if (exitCode === 12) return "wrong-password";
  // A file that a backup could not read is not the repository's.
  if (exitCode === 3 && !/no space left on device/i.test(stderr)) return "incomplete";
  const lines = stderr.split("\n");
  const retried = (line: string): boolean => line.includes("retrying after");
  // What it said in the end counts before what passed on the way; without either, what it was trying when it was stopped.
  const told =
    causeIn(lines.filter((line) => !retried(line)).join("\n")) ?? causeIn(lines.filter(retried).join("\n"));
  if (told !== null) return told;
  // One that we have stopped says the same of a repository that it had no time to look at.
  const looked = exitCode !== null && !stderr.includes("context canceled");
  return looked && (exitCode === 10 || noRepository.test(stderr)) ? "no-repository" : "other";
}

function causeIn(words: string): FailureKind | null {
  return causes.find(([, pattern]) => pattern.test(words))?.[0] ?? null;
}

/** True once restic has been refused so often, for a reason that stays, that its further attempts are of no use. */
export function isHopeless(stderr: string): boolean {
  const retries = stderr.split("\n").filter((line) => line.includes("returned error, retrying after"));
  const refused = retries.filter((line) => lasting.includes(failureKind(null, line)));
  const removals = new Map<string, number>();
  for (const name of refused.map(removedObject))
    if (name !== null) removals.set(name, (removals.get(name) ?? 0) + 1);
  const others = refused.filter((line) => removedObject(line) === null);
  return others.length >= patience || [...removals.values()].some((count) => count >= removalPatience);
}

/** Such as `data/96c3193b0e`, when a line is about removing that object, and a bucket refuses it for good or for its lock's time. */
function removedObject(line: string): string | null {
  return /Remove\(<(\w+\/\w+)>\)/.exec(line)?.[1] ?? null;
}

/** What a failure was about. */
export interface FailedRun {
  readonly action: string;
  /** The repository, without secrets. */
  readonly where: string;
  readonly exitCode: number | null;
  readonly stderr: string;
  /** Stopped by us because it moved nothing; what it says itself comes first. */
  readonly stalled?: boolean;
}

/** One sentence about a failure, with what to do. */
export function resticFailure({
  action,
  where,
  exitCode,
  stderr,
  stalled = false,
}: FailedRun): RecoveryError {
  const kind = failureKind(exitCode, stderr);
  const what = `restic ${action}, repository ${where}`;
  if (kind === "other") {
    const how = exitCode === null ? "was stopped" : `failed with exit code ${exitCode}`;
    const code = stalled ? exitCodes.stalled : exitCodes.failed;
    const next = stalled
      ? ": the connection or the disk stands still; the next run goes on where this one was"
      : "";
    return new RecoveryError(code, `${what} ${how}: ${lastLines(stderr)}${next}`);
  }
  const [code, sentence] = explained(kind, stderr, where.startsWith("s3:"));
  return new RecoveryError(code, `${what}: ${sentence}`);
}

function explained(
  kind: Exclude<FailureKind, "other">,
  stderr: string,
  isBucket: boolean,
): readonly [ExitCode, string] {
  const words = lastLines(stderr);
  switch (kind) {
    case "no-repository":
      return [
        exitCodes.noRepository,
        "there is no repository there. Founding a lineage, a point or a shipping makes it.",
      ];
    case "no-bucket":
      return [
        exitCodes.noBucket,
        "there is no such bucket: create it, or correct offsite.bucket and offsite.endpoint in the stack file.",
      ];
    case "wrong-password":
      return [
        exitCodes.wrongPassword,
        "the repository password is wrong: use the restic-password that this repository was made with.",
      ];
    case "locked":
      return [
        exitCodes.busy,
        `it is locked by ${lockHolder(stderr) ?? "another restic"}: wait until that is done; a lock whose process is dead goes with \`${resticProgram()} unlock\`.`,
      ];
    case "incomplete":
      return [exitCodes.failed, `some files could not be read: ${words}`];
    case "disk-full":
      return [exitCodes.diskFull, `no space left: ${words}`];
    case "io-error":
      return [
        exitCodes.ioError,
        `the disk gives errors: look at \`dmesg\` and replace it before anything else: ${words}`,
      ];
    case "read-only":
      return [
        exitCodes.ioError,
        `its file system is read-only, as after an error of the disk: look at \`dmesg\`: ${words}`,
      ];
    case "damaged":
      return [
        exitCodes.repositoryDamaged,
        `it is damaged: something in it is missing or altered: do not prune it; compare with the other repository, see docs/runbooks: ${words}`,
      ];
    case "unreachable":
      return [
        exitCodes.offsiteUnreachable,
        `it does not answer: check the endpoint and the network: ${words}`,
      ];
    case "name-unknown":
      return [
        exitCodes.nameUnknown,
        `the name of its endpoint cannot be resolved: check offsite.endpoint and this host's DNS: ${words}`,
      ];
    case "untrusted":
      return [
        exitCodes.untrusted,
        `the certificate of its endpoint is not trusted: check offsite.endpoint and this host's authorities (ca-certificates): ${words}`,
      ];
    case "clock-skewed":
      return [
        exitCodes.clockSkewed,
        "this host's clock is too far from the bucket's: set it (`timedatectl`), requests are refused until then.",
      ];
    case "object-locked":
      return [
        exitCodes.objectLocked,
        /<(?:index|lock)\//.test(stderr)
          ? `the bucket's lock holds what every run changes: take restic/index/ and restic/locks/ out of the lock's rules (docs/offsite.md): ${words}`
          : `the bucket's lock does not let it remove or overwrite an object yet: ${words}`,
      ];
    case "refused":
      if (!isBucket)
        return [exitCodes.failed, `access is refused: check the owner and the mode of its files: ${words}`];
      return [
        exitCodes.offsiteRefused,
        `access is refused: check the key pair and its rights (a key that may only read cannot even lock): ${words}`,
      ];
    default: {
      const never: never = kind;
      return never;
    }
  }
}

function lastLines(stderr: string): string {
  return stderr
    .split("\n")
    .map((line) => line.replace(/^[\r\u001b[2K]+/, ""))
    .filter((line) => line.trim() !== "" && !line.startsWith('{"message_type"'))
    .slice(-4)
    .join(" / ")
    .slice(-1000);
}
