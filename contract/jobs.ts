const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The jobs that a host runs by the clock. */
export type JobName =
  | "point"
  | "ship"
  | "forget-local"
  | "forget-offsite"
  | "prune-local"
  | "prune-offsite"
  | "check-local"
  | "check-offsite"
  | "prove"
  | "restore-test"
  | "images"
  | "dump"
  | "ship-dumps";

/** The settings of `backups` in the stack file that say how often a job runs. */
export type Pace = "pointEvery" | "shipEvery";

/** What a job is. Units, alerts, metrics and status are made from it. */
export interface Job {
  /** In words, for its unit and for people. */
  readonly purpose: string;
  /** How often: a setting of `backups` in the stack file, or milliseconds. */
  readonly every: { readonly setting: Pace } | { readonly ms: number };
  /** The job that it follows: it starts as soon as that one has ended well, beside its own clock, which then only catches up. */
  readonly follows?: JobName;
  /** Arguments of `kaleem-agent`. */
  readonly command: readonly string[];
  /** For how many milliseconds it may stand still, with nothing moved and nothing reckoned; never how long it may work. */
  readonly stallAfterMs: number;
  /** Its silence is an alert after so many of its intervals without a good end. */
  readonly silentAfterRuns: number;
  /** After so many runs in a row that found another one at work, being busy is a failure. */
  readonly busyRuns: number;
}

/** A day's job that had to wait may do so once. */
const daily = { every: { ms: day }, silentAfterRuns: 3, busyRuns: 3 } as const;

/** Every job, in one place. */
export const jobs = {
  point: {
    purpose: "Takes a recovery point of all stores",
    every: { setting: "pointEvery" },
    command: ["point"],
    stallAfterMs: 3 * minute,
    silentAfterRuns: 3,
    busyRuns: 3,
  },
  ship: {
    purpose: "Ships recovery points off-site",
    every: { setting: "shipEvery" },
    follows: "point",
    command: ["ship"],
    stallAfterMs: 3 * minute,
    silentAfterRuns: 3,
    busyRuns: 3,
  },
  "forget-local": {
    purpose: "Forgets old recovery points on this host",
    every: { ms: hour },
    command: ["forget", "--repository", "local"],
    stallAfterMs: 3 * minute,
    silentAfterRuns: 24,
    busyRuns: 12,
  },
  "forget-offsite": {
    purpose: "Forgets old recovery points off-site",
    ...daily,
    command: ["forget", "--repository", "offsite"],
    stallAfterMs: 3 * minute,
  },
  "prune-local": {
    purpose: "Gives back the space of forgotten points on this host",
    ...daily,
    command: ["prune", "--repository", "local"],
    stallAfterMs: 5 * minute,
  },
  "prune-offsite": {
    purpose: "Gives back the space of forgotten points off-site",
    ...daily,
    command: ["prune", "--repository", "offsite"],
    stallAfterMs: 5 * minute,
  },
  "check-local": {
    purpose: "Checks the repository on this host, and reads a part of its data",
    ...daily,
    command: ["check", "--repository", "local"],
    stallAfterMs: 5 * minute,
  },
  "check-offsite": {
    purpose: "Checks the off-site repository, and reads a part of its data",
    ...daily,
    command: ["check", "--repository", "offsite"],
    stallAfterMs: 5 * minute,
  },
  prove: {
    purpose: "Proves the newest recovery point: starts each store on a copy of it",
    every: { ms: hour },
    command: ["prove"],
    stallAfterMs: 15 * minute,
    silentAfterRuns: 24,
    busyRuns: 12,
  },
  "restore-test": {
    purpose: "Tests a restore from each repository: fetches a point and starts each store on it",
    // Its timer asks every day, since one that had to give way would else wait for a month.
    every: { ms: 30 * day },
    command: ["restore-test", "--if-due"],
    stallAfterMs: 15 * minute,
    // 40 days.
    silentAfterRuns: 4 / 3,
    busyRuns: 5,
  },
  images: {
    purpose: "Keeps the images that run in the off-site bucket, and reads a part of them back",
    ...daily,
    command: ["images"],
    stallAfterMs: 5 * minute,
  },
  dump: {
    purpose: "Dumps stores into the repository on this host, in the form that their own tools load",
    // Its timer has every time of the day at which something is due.
    every: { ms: day },
    command: ["take-dumps", "--if-due"],
    stallAfterMs: 15 * minute,
    // 36 hours.
    silentAfterRuns: 3 / 2,
    busyRuns: 6,
  },
  "ship-dumps": {
    purpose: "Ships dumps off-site",
    ...daily,
    follows: "dump",
    command: ["ship-dumps"],
    stallAfterMs: 5 * minute,
  },
} as const satisfies Readonly<Record<JobName, Job>>;

/** What of the host itself is dumped beside its stores, and when in UTC where the stack file does not say: the files that `up` has written. */
export const hostFilesDump = { source: "configs", at: ["02:40"] } as const;

/** The names of all jobs, in the order of the list. */
export const jobNames = Object.keys(jobs) as readonly JobName[];

/**
 * How often a job runs, in milliseconds. One that follows another runs as often as that one, or by its own clock where that is more often.
 * @param paces Milliseconds of the settings that the stack file says.
 */
export function intervalMs(job: JobName, paces: Readonly<Record<Pace, number>>): number {
  const { every, follows }: Pick<Job, "every" | "follows"> = jobs[job];
  const own = "ms" in every ? every.ms : paces[every.setting];
  return follows === undefined ? own : Math.min(own, intervalMs(follows, paces));
}

/** The jobs that start as soon as this one has ended well. */
export function followersOf(job: JobName): readonly JobName[] {
  return jobNames.filter((name) => {
    const { follows }: Pick<Job, "every" | "follows"> = jobs[name];
    return follows === job;
  });
}
