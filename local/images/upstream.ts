import { committedImageLock, readImageLock, type LockedImage } from "../../catalog/image-lock.ts";
import { recall, remember } from "../../workstation/cache/memo.ts";
import { repositoryRoot } from "../../workstation/repository.ts";
import { LocalCommandError } from "./command.ts";
import { docker } from "./docker.ts";

/** An image as the committed lock names it: with its digest where the lock has one. */
export type UpstreamImage = Pick<LockedImage, "ref" | "version">;

/** One try an hour is enough where nothing answers. */
const memo = "upstream-images-unreachable";
const memoSeconds = 3600;
const probeSeconds = 5;

/** The committed lock's images by key. */
export function upstreamImages(): ReadonlyMap<string, UpstreamImage> {
  return new Map(Object.entries(readImageLock(repositoryRoot, committedImageLock)));
}

/**
 * Whether the upstream registry answers for an image, asked once and within 5 s; a "no" is remembered for an hour.
 * `KALEEM_OFFLINE=1` answers "no" without asking.
 */
export async function upstreamAnswers(reference: string): Promise<boolean> {
  if (process.env["KALEEM_OFFLINE"] === "1" || recall(memo, memoSeconds) !== undefined) return false;
  try {
    await docker(["manifest", "inspect", reference], { timeoutSeconds: probeSeconds });
    return true;
  } catch (error) {
    if (!(error instanceof LocalCommandError)) throw error;
    remember(memo, error.message);
    return false;
  }
}
