import { z } from "zod";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { HostPort } from "../host/host-port.ts";
import { layout } from "../../contract/layout.ts";
import type { PointTags } from "../point/point-tags.ts";
import { newestPoint, pointsOf } from "../point/points.ts";
import type { Restic } from "../restic/restic.ts";
import { readClaim } from "./claim.ts";

/** The last number that was given out, whatever became of its point. */
const counterSchema = z.strictObject({
  lineage: z.string(),
  generation: z.number().int(),
  sequence: z.number().int().positive(),
  /** The instant of the point that it was given to. */
  instant: z.iso.datetime(),
});

/** Where it is kept: on the disk of the local repository, so that the two are set back together. */
export const counterPath = `${layout.agentState}/sequence.json`;

/** A point's number, and the instant of the one before it, which may be later if the clock went back; null for the first. */
export interface Numbered {
  readonly sequence: number;
  readonly previousInstant: string | null;
}

/**
 * The next number of a lineage's generation: above every one that this host knows of, from the counter, from the head as last seen, and
 * where there is no counter from the local repository. Durable before it is used, so that no two points get the same one; a point that
 * comes to nothing leaves a gap.
 */
export async function nextSequence(
  host: HostPort,
  local: Pick<Restic, "snapshots">,
  point: Pick<PointTags, "lineage" | "generation" | "instant">,
): Promise<Numbered> {
  const { lineage, generation, instant } = point;
  const [counted, claimed] = await Promise.all([readCounter(host, point), claimedSequence(host, point)]);
  const known = counted ?? (await newestListed(local, point));
  const sequence = Math.max(known?.sequence ?? 0, claimed) + 1;
  const counter = { lineage, generation, sequence, instant };
  await host.writeFile(counterPath, `${JSON.stringify(counter)}\n`, 0o644);
  return { sequence, previousInstant: known?.instant ?? null };
}

/** Null when it is of another generation, damaged or not there: then the repository is asked. */
async function readCounter(
  host: HostPort,
  { lineage, generation }: Pick<PointTags, "lineage" | "generation">,
): Promise<{ readonly sequence: number; readonly instant: string } | null> {
  const text = await host.readFile(counterPath);
  if (text === null) return null;
  try {
    const counter = counterSchema.parse(JSON.parse(text));
    return counter.lineage === lineage && counter.generation === generation ? counter : null;
  } catch {
    return null;
  }
}

/** A claim that cannot be understood stops shipping, which says so; a point matters more than its number. */
async function claimedSequence(
  host: HostPort,
  named: Pick<PointTags, "lineage" | "generation">,
): Promise<number> {
  try {
    return (await readClaim(host, named))?.sequence ?? 0;
  } catch (error) {
    if (error instanceof RecoveryError) return 0;
    throw error;
  }
}

async function newestListed(
  local: Pick<Restic, "snapshots">,
  { lineage, generation }: Pick<PointTags, "lineage" | "generation">,
): Promise<Pick<PointTags, "sequence" | "instant"> | null> {
  try {
    const points = pointsOf(await local.snapshots(lineage));
    return newestPoint(
      points.filter((point) => point.lineage === lineage && point.generation === generation),
    );
  } catch (error) {
    // The point that is being taken makes it.
    if (error instanceof RecoveryError && error.exitCode === exitCodes.noRepository) return null;
    throw error;
  }
}
