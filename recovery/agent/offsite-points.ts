import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { PointCatalogue } from "../point/point-catalogue.ts";
import { pointsOf, type Point } from "../point/points.ts";
import type { AgentContext } from "./context.ts";

/**
 * The points off-site, oldest first: by the catalogue in the bucket, which is one read; without one by restic's list, which takes
 * longer the more there are. In both cases the password is known to open the repository.
 * @throws RecoveryError `noRepository`, `wrongPassword`, and what keeps the bucket from being read.
 */
export async function offsitePoints(
  context: Pick<AgentContext, "offsite" | "bucket" | "log">,
): Promise<readonly Point[]> {
  const { offsite, log } = context;
  if (!(await offsite.exists()))
    throw new RecoveryError(exitCodes.noRepository, `There is no repository at ${offsite.repository.url}.`);
  const listed = await new PointCatalogue(await context.bucket()).read();
  if (listed !== null) return listed;
  log.line("the bucket has no catalogue of points: asking restic, which reads every snapshot");
  return pointsOf(await offsite.snapshots());
}
