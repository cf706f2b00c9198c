import { type Duration, milliseconds } from "../../catalog/quantities.ts";

/** The part of `backups` that a bucket's lock has to do with. */
interface LockedCopies {
  readonly lockFor: Duration;
  readonly keepOffsite: { readonly within: Duration };
}

/**
 * What is wrong with a lock that holds longer than every point is kept, a sentence with its path: points would be due to go while
 * nobody can remove them, and the bucket would hold more than the settings say.
 */
export function lockProblems({ lockFor, keepOffsite }: LockedCopies): string[] {
  const { within } = keepOffsite;
  if (milliseconds(lockFor) < milliseconds(within)) return [];
  return [
    `backups.lockFor: expected less than keepOffsite.within (${within}), since what the bucket's lock holds cannot be forgotten, ` +
      `got ${lockFor}; lengthen keepOffsite.within to ${milliseconds(lockFor) / 3_600_000 + 24}h, or shorten the lock`,
  ];
}
