import type { DeploymentList, SeenDeployment } from "../../recovery/agent/answers/deployment-list.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { WantedImages } from "./image-change.ts";

/** What a rollback undoes, and what runs afterwards. */
export interface RollbackPlan {
  /** Newest first. */
  readonly undone: readonly SeenDeployment[];
  readonly images: WantedImages;
}

/** The newest release is undone only when it began no earlier. */
export interface NotBefore {
  readonly time: Date;
  /** As it was asked for, such as `the last 60m`. */
  readonly says: string;
}

/** What one `up` deploys begins and ends so close together: services follow one another. */
const releaseGapMs = 5 * 60_000;

/**
 * What has to run so that all is as it was before a deployment.
 * @param to Its number; everything since then is undone with it. Left out: the newest release, that is the newest deployment and those
 *   that it followed within minutes
 * @param imageOf Service → its key in the image lock
 * @param notBefore Of the newest release; for whoever does not look first, such as a pipeline: it may have deployed nothing
 * @throws RecoveryError (`usage`) when there is nothing to undo, no such deployment, or two services of one image had different ones
 */
export function planRollback(
  { deployments }: Pick<DeploymentList, "deployments">,
  to: number | null,
  imageOf: ReadonlyMap<string, string>,
  notBefore: NotBefore | null = null,
): RollbackPlan {
  const stayed = deployments.filter(({ outcome }) => outcome !== "rolled back");
  const undone = to === null ? newestRelease(stayed, notBefore) : since(stayed, deployments, to);
  const before = new Map<string, { readonly service: string; readonly ref: string }>();
  for (const { service, from } of undone) {
    const key = imageOf.get(service);
    if (key === undefined)
      throw new RecoveryError(
        exitCodes.usage,
        `${service}: this stack has no such service any more, so its image cannot be brought back; name a later deployment with --to`,
      );
    // Newest first: the oldest one's former image is what stays.
    before.set(service, { service, ref: from });
  }
  const images = new Map<string, string>();
  for (const { service, ref } of before.values()) {
    const key = imageOf.get(service) ?? service;
    const other = images.get(key);
    if (other !== undefined && other !== ref)
      throw new RecoveryError(
        exitCodes.usage,
        `${key}: its services ran different images then, ${other} and ${ref}; deploy the one that you want by its name`,
      );
    images.set(key, ref);
  }
  return { undone, images };
}

function newestRelease(
  stayed: readonly SeenDeployment[],
  notBefore: NotBefore | null,
): readonly SeenDeployment[] {
  const [newest] = stayed;
  if (newest === undefined)
    throw new RecoveryError(
      exitCodes.usage,
      "The host has seen no deployment that could be undone: every service runs the image that it was made with, or that it was rolled back to.",
    );
  if (notBefore !== null && Date.parse(newest.began) < notBefore.time.getTime())
    throw new RecoveryError(
      exitCodes.usage,
      `The newest deployment, ${newest.number} of ${newest.service}, began ${newest.began}, before ${notBefore.says}: nothing was deployed since, so nothing is undone.`,
    );
  const release = [newest];
  for (const next of stayed.slice(1)) {
    const earliest = Math.min(...release.map(({ began }) => Date.parse(began)));
    const isOfIt = earliest - Date.parse(next.ended ?? next.began) <= releaseGapMs;
    // A second deployment of the same service is a release before.
    if (!isOfIt || release.some(({ service }) => service === next.service)) break;
    release.push(next);
  }
  return release;
}

function since(
  stayed: readonly SeenDeployment[],
  all: readonly SeenDeployment[],
  to: number,
): readonly SeenDeployment[] {
  if (!all.some(({ number }) => number === to)) {
    const numbers = all.map(({ number }) => number);
    const known =
      numbers.length === 0
        ? "it has seen none"
        : `it knows ${Math.min(...numbers)} to ${Math.max(...numbers)}`;
    throw new RecoveryError(exitCodes.usage, `The host has seen no deployment ${to}: ${known}.`);
  }
  const undone = stayed.filter(({ number }) => number >= to);
  if (undone.length === 0)
    throw new RecoveryError(
      exitCodes.usage,
      `Deployment ${to} and everything since were rolled back already: there is nothing to undo.`,
    );
  return undone;
}
