/**
 * How the agent and the operator's commands end. A timer, a script and a person at 03:00 read the same numbers.
 * 0 and 1 have their usual meanings; 64 and above follow sysexits.h where it has a fitting code.
 */
export const exitCodes = {
  ok: 0,
  /** Something failed that has no code of its own; the message says what. */
  failed: 1,
  /** The command line or the request was wrong; nothing was done. */
  usage: 2,
  /** `/etc/kaleem/agent.json` is missing or wrong. */
  config: 3,
  /** No point answers the request. */
  noPoint: 10,
  /** The repository's password is wrong, or the recovery kit's passphrase. */
  wrongPassword: 11,
  /** There is no repository where one must be. */
  noRepository: 12,
  /** The off-site bucket did not answer in time. */
  offsiteUnreachable: 13,
  /** The off-site bucket answered and refused. */
  offsiteRefused: 14,
  /** The name of the off-site endpoint cannot be resolved. */
  nameUnknown: 15,
  /** The certificate of the off-site endpoint is not trusted. */
  untrusted: 16,
  /** This host's clock is too far from the bucket's. */
  clockSkewed: 17,
  /** There is no such bucket. */
  noBucket: 18,
  /** A transfer moved nothing for too long and was stopped; what it had moved is kept. */
  stalled: 19,
  /** The bucket's head names another host or generation: this host must not write any more. */
  superseded: 20,
  /** The data root, or the bucket, already has a lineage; nothing was changed. */
  alreadyFounded: 21,
  /** A point of another lineage than the head's was asked for. */
  otherLineage: 22,
  /** An unfinished restore of another request is on this host. */
  restoreUnfinished: 23,
  /** The host lacks services that a restore fills: `up` has not been run. */
  notUp: 24,
  /** The point and the platform do not have the same stores; nothing was changed. */
  storesDiffer: 25,
  /** The engine of a store would not start on the point's data; nothing was changed. */
  versionsDiffer: 26,
  /** The bucket is another stack's, whose place nobody said that this one takes; nothing was changed. */
  otherStack: 27,
  /** The service keeps no data, no point holds any of it, or a dump has not the part that was named: there is nothing to restore. */
  noData: 28,
  /** The restore or import ran and a check found missing or altered data. */
  verifyFailed: 30,
  /** The restore ran and a check could not be made. */
  verifyIncomplete: 31,
  /** The fetched point is not what its manifest and tags say; nothing was replaced. */
  pointRefused: 32,
  /** Something in a repository is missing or altered. */
  repositoryDamaged: 33,
  /** A store does not start on its part of a point, or cannot tell what it holds: that point is not proven. */
  notProven: 34,
  /** A lock of the bucket does not let an object be removed or overwritten yet. */
  objectLocked: 35,
  /** An entry of the history of drills is missing, altered, or signed by nobody who may; or there is none. */
  historyNotSound: 36,
  /** No space left on the data or the system disk. */
  diskFull: 40,
  /** The stores were paused for longer than the limit; the point was discarded. */
  pauseLimit: 41,
  /** A store does not run or does not answer. */
  storeDown: 42,
  /** A disk gives errors, or its file system has become read-only. */
  ioError: 43,
  /** The host does not answer over SSH; what is told comes from the bucket alone. */
  hostUnreachable: 50,
  /** Another run holds a lock; try again when it is done (EX_TEMPFAIL). */
  busy: 75,
  /** Stopped by SIGINT. */
  interrupted: 130,
  /** Stopped by SIGTERM. */
  terminated: 143,
} as const;

/** One of the documented ways to end. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A failure that a person can act on: one plain sentence (where, what, got, do) and the exit code that goes with it. Never holds a secret. */
export class RecoveryError extends Error {
  readonly exitCode: ExitCode;
  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "RecoveryError";
    this.exitCode = exitCode;
  }
}
