import { z } from "zod";
import type { SwarmService, SwarmUpdate } from "../../docker/swarm-service.ts";
import { seenDeploymentSchema, type SeenDeployment } from "../answers/deployment-list.ts";

/** What the host remembers of its services' images. */
export const seenSchema = z.strictObject({
  next: z.number().int().positive(),
  /** Service → the image that it was last seen with. */
  images: z.record(z.string(), z.string()),
  /** Service → the beginning of the newest update that was looked at. */
  updates: z.record(z.string(), z.string()),
  /** Newest first. */
  deployments: z.array(seenDeploymentSchema),
});
export type Seen = z.infer<typeof seenSchema>;

/** Before the first look. */
export const nothingSeen: Seen = { next: 1, images: {}, updates: {}, deployments: [] };

/** Old ones go beyond this; months of them for a platform that is deployed to daily. */
const kept = 500;

/** Swarm takes the old status away with the new image, and says nothing until its updater has begun. */
const silentMs = 60_000;

type Looked = Pick<SwarmService, "name" | "image" | "update">;

/** A look at the services, held against what is remembered: what is to be remembered now, and what has ended since. */
export interface SeenNow {
  readonly seen: Seen;
  readonly ended: readonly SeenDeployment[];
}

/**
 * What a look at the services adds. A service that is seen for the first time was made, not deployed to; one whose image is another than
 * before was deployed to, whoever did it; one whose update was rolled back between two looks shows only that. Pure.
 */
export function withLook(before: Seen, services: readonly Looked[], now: Date): SeenNow {
  let seen = before;
  const ended: SeenDeployment[] = [];
  for (const service of services) {
    const begun = begin(seen, service, now);
    const { seen: after, ended: end } = conclude(begun, service, now);
    seen = remember(after, service);
    if (end !== null) ended.push(end);
  }
  return { seen, ended };
}

function begin(seen: Seen, { name, image, update }: Looked, now: Date): Seen {
  const from = seen.images[name];
  if (from === undefined) return seen;
  const isOther = image !== from && !isUnderWay(seen, name, image);
  const wasTakenBack =
    !isOther && isRolledBack(update) && seen.updates[name] !== update.startedAt && !isUnderWay(seen, name);
  if (!isOther && !wasTakenBack) return seen;
  const deployment: SeenDeployment = {
    number: seen.next,
    service: name,
    from,
    to: isOther ? image : null,
    began: isoOf(update?.startedAt) ?? now.toISOString(),
    ended: null,
    outcome: "under way",
    words: null,
  };
  // Another image before the former one had settled: that one never ran to its end, and its number stays.
  const deployments = seen.deployments.map((each) =>
    each.service === name && each.outcome === "under way"
      ? {
          ...each,
          ended: deployment.began,
          outcome: "paused" as const,
          words: "followed by another deployment",
        }
      : each,
  );
  return { ...seen, next: seen.next + 1, deployments: [deployment, ...deployments].slice(0, kept) };
}

function conclude(
  seen: Seen,
  { name, image, update }: Looked,
  now: Date,
): { readonly seen: Seen; readonly ended: SeenDeployment | null } {
  const open = seen.deployments.find(
    (each) => each.service === name && (each.outcome === "under way" || each.outcome === "paused"),
  );
  if (open === undefined || isFollowed(seen, open)) return { seen, ended: null };
  const outcome = outcomeOf(open, image, update, now);
  if (outcome === open.outcome) return { seen, ended: null };
  const end: SeenDeployment = {
    ...open,
    outcome,
    ended: isoOf(update?.completedAt ?? undefined) ?? now.toISOString(),
    words: outcome === "succeeded" ? null : (update?.message ?? null),
  };
  const deployments = seen.deployments.map((each) => (each.number === open.number ? end : each));
  return { seen: { ...seen, deployments }, ended: end };
}

function outcomeOf(
  { from, to, began }: SeenDeployment,
  image: string,
  update: SwarmUpdate | null,
  now: Date,
): SeenDeployment["outcome"] {
  switch (update?.state) {
    case "updating":
    case "rollback_started":
      return "under way";
    case "rollback_completed":
    case "rollback_paused":
      return "rolled back";
    case "paused":
      return "paused";
    case "completed":
      return "succeeded";
    default:
      // It tells nothing of a service without tasks either.
      if (now.getTime() - Date.parse(began) < silentMs) return "under way";
      // Somebody gave it the former image by hand, which is no other thing.
      return to !== null && image === from ? "rolled back" : "succeeded";
  }
}

function remember(seen: Seen, { name, image, update }: Looked): Seen {
  return {
    ...seen,
    images: { ...seen.images, [name]: image },
    updates: update === null ? seen.updates : { ...seen.updates, [name]: update.startedAt },
  };
}

function isUnderWay(seen: Seen, service: string, image?: string): boolean {
  return seen.deployments.some(
    (each) =>
      each.service === service &&
      each.outcome === "under way" &&
      (image === undefined || each.to === image || each.from === image),
  );
}

function isFollowed(seen: Seen, { service, number }: SeenDeployment): boolean {
  return seen.deployments.some((each) => each.service === service && each.number > number);
}

function isRolledBack(update: SwarmUpdate | null): update is SwarmUpdate {
  return update?.state === "rollback_completed";
}

/** Docker writes nanoseconds. */
function isoOf(time: string | undefined): string | null {
  const ms = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
