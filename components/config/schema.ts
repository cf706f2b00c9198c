import { z } from "zod";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import { defaultDumpTimes } from "../../catalog/portable/dump-times.ts";
import { hostFilesDump } from "../../contract/jobs.ts";
import { applications } from "./applications-block.ts";
import { businessChecks } from "./business-checks-block.ts";
import { edge } from "./edge-block.ts";
import * as field from "./fields.ts";
import { host } from "./host-block.ts";
import { monitoring } from "./monitoring-block.ts";
import { services, type stateful } from "./services-block.ts";

/*
 * What each key means is said here and in the blocks beside, and nowhere else: `npm run generate` makes docs/config.md and the
 * editors' schema of it. A description says what the key does; its form and unit come from the field, the default from the schema.
 */

const dataVolume = z
  .discriminatedUnion(
    "kind",
    [
      z.strictObject({
        kind: z.literal("loop").describe("A file on the machine's system disk, formatted as XFS."),
        sizeGiB: field.sizeGiB.describe(
          "Size of the file, all of it taken from the disk at once. It may grow later, never shrink.",
        ),
      }),
      z.strictObject({
        kind: z
          .literal("device")
          .describe(
            "A volume or partition of its own; one that holds anything is never formatted. A volume that was grown, and free space that directly follows a partition, is taken by the next run.",
          ),
        device: field.device.describe("The volume, by a name that stays the same across restarts."),
      }),
    ],
    { error: "expected {kind: loop, sizeGiB: …} or {kind: device, device: …}" },
  )
  .describe("Where the stores' files live.");

/** The bucket and where it is. */
export const offsite = z
  .strictObject({
    endpoint: field.endpoint.describe("The S3 service's address."),
    bucket: field.bucket.describe("The bucket. It must exist, away from the machine and its provider."),
    prefix: field.keyPrefix
      .default("")
      .describe("The prefix below which everything of this stack is stored in the bucket."),
    region: field.region.default("auto").describe("The bucket's region, as its provider names it."),
  })
  .describe("The bucket from which a lost platform comes back.");

const kit = z
  .strictObject({
    recipient: field.recipient.describe(
      "To whom the stack's file, its secrets in clear within, is sealed before it goes off-site. Public: it seals and opens nothing. " +
        "`./kaleem kit --out FILE` makes a kit and writes it.",
    ),
  })
  .describe(
    "The recovery kit. If omitted, the stack's file goes off-site as it is, its secrets encrypted by Pulumi's passphrase alone.",
  );

const kept = z.strictObject({
  within: field.hours.describe("Every point younger than this is kept."),
  daily: field.kept(3653).describe("One point a day is kept, for so many days."),
  weekly: field.kept(522).describe("One point a week is kept, for so many weeks."),
  monthly: field.kept(120).describe("One point a month is kept, for so many months."),
});

/** What of a stack is dumped by the clock, each at its own times. */
function dumps(catalog: readonly ServiceDefinition[]) {
  const times = Object.entries(defaultDumpTimes(catalog)).map(([source, at]) => {
    const what =
      source === hostFilesDump.source
        ? "When the host's own files are dumped; secrets are not among them."
        : `When ${source} is dumped. An empty list: never by the clock.`;
    const list = z
      .array(field.dayTime, { error: "expected a list of times" })
      .refine((given) => new Set(given).size === given.length, {
        error: "expected times that differ from one another",
      });
    return [source, list.default([...at]).describe(what)] as const;
  });
  return z
    .strictObject(Object.fromEntries(times))
    .prefault({})
    .describe(
      "Portable dumps: at which times of the day, in UTC. They are kept as recovery points are, by days, weeks and months.",
    );
}

const backups = (catalog: readonly ServiceDefinition[]) =>
  z
    .strictObject({
      pointEvery: field.interval.describe(
        "How often a recovery point is taken; each goes off-site at once. A total loss costs at most this, plus shipTimeout: " +
          "together no more than any store's objective allows.",
      ),
      shipEvery: field.interval
        .default("15m")
        .describe(
          "How often it is looked for points that did not get off-site, beside the shipping that follows each point.",
        ),
      pauseLimit: field
        .duration("50ms", "10s", ": customers wait as long as the stores stand still")
        .default("2s")
        .describe("Longest time that a point may pause the stores; a point that needs more fails."),
      shipTimeout: field
        .duration("5s", "12h")
        .default("4m")
        .describe(
          "How long a shipping is reckoned to take at most, when the intervals are judged against the objectives. Nothing is ended by it: what moves bytes goes on.",
        ),
      keep: kept.describe(
        "Which recovery points are kept in the machine's own repository; the newest always is.",
      ),
      keepOffsite: kept
        .default({ within: "360h", daily: 7, weekly: 4, monthly: 6 })
        .describe("Which recovery points are kept off-site; the newest always is."),
      lockFor: field.hours
        .default("336h")
        .describe(
          "For how long the bucket's lock holds what is new in it. Off-site nothing younger is forgotten; keepOffsite.within must be longer. " +
            "The lock itself is a rule of the bucket, which its owner sets: see docs/offsite.md.",
        ),
      images: field.flag
        .default(true)
        .describe(
          "Keeps the images that run in the off-site bucket, so that a lost registry loses no platform.",
        ),
      oplog: field.flag
        .default(true)
        .describe(
          "Ships MongoDB's oplog off-site within seconds, so that a recovery point can be rolled forward to any second after it.",
        ),
      dumps: dumps(catalog),
    })
    .describe("Recovery points: how often, and how long they are kept.");

/** The shape of `Pulumi.<stack>.yaml`, secrets apart. Strict: a key that nothing reads is an error. */
export function stackConfigSchema(catalog: readonly ServiceDefinition[]) {
  return z.strictObject({
    host,
    imageLock: field.path.describe(
      "The file that fixes every image by digest, relative to the repository's root.",
    ),
    imagesFrom: field.imageSource
      .default("registries")
      .describe(
        "Where the machine gets its images: from the registries that the lock file names, or, where those are away, from the off-site bucket, " +
          "by the same digests. Changing it replaces every container once.",
      ),
    dataVolume,
    closed: field.flag.describe(
      "Holds every application at zero replicas while data has still to be restored.",
    ),
    firstInstall: field.flag
      .default(false)
      .describe(
        "This platform is new: an empty data root beside a bucket without head and points founds a lineage, and serves. " +
          "Refused where there is anything to restore; without effect once there is a lineage. The same as `./kaleem up --first-install`.",
      ),
    offsite,
    kit: kit.optional(),
    backups: backups(catalog),
    services: services(catalog),
    applications: applications.default({}),
    businessChecks: businessChecks.default({}),
    edge,
    monitoring,
  });
}

export type StackSettings = z.infer<ReturnType<typeof stackConfigSchema>>;
export type HostSettings = StackSettings["host"];
export type DataVolume = StackSettings["dataVolume"];
export type OffsiteSettings = StackSettings["offsite"];
export type KitSettings = StackSettings["kit"];
export type BackupSettings = StackSettings["backups"];
export type MonitoringSettings = StackSettings["monitoring"];
export type EdgeSettings = StackSettings["edge"];
export type ServiceSettings = z.infer<typeof stateful> & {
  readonly replicas?: number;
  readonly enabled?: boolean;
  readonly offBecause?: string;
};
