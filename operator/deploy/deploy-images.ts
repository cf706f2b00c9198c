import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseImageLock } from "../../catalog/image-lock.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { writeWholeFile } from "../../workstation/write-whole-file.ts";
import { renderUpstreamLock } from "../images/refresh-lock.ts";
import { readRemoteSettings } from "../stack/remote-settings.ts";
import type { Stack } from "../stack/stack.ts";
import { bringUp, type BringUpRequest, type BroughtUp } from "./bring-up.ts";
import { withImages, type WantedImages } from "./image-change.ts";

/** The lock file that a stack runs, by its name in the repository. */
export interface StackLock {
  readonly file: string;
  readonly text: string;
}

/**
 * The image lock of a remote stack.
 * @throws RecoveryError (`usage`) for a local one, whose images are made on this computer at each `up`
 */
export async function readStackLock(stack: Stack): Promise<StackLock> {
  if (stack.kind === "local")
    throw new RecoveryError(
      exitCodes.usage,
      `stack ${stack.name}: its images are made on this computer from what is here, so none is deployed by name; ./kaleem up --stack ${stack.name} brings up what is here`,
    );
  const { imageLock } = await readRemoteSettings(stack);
  return { file: imageLock, text: await readFile(resolve(stack.repository, imageLock), "utf8") };
}

/**
 * Writes these images into the stack's lock and brings it up with them: the same run as `up`, with its plan, its questions and its
 * verdict. Fails it, or is it not agreed to, the lock is as before, since that is what runs then or is wanted back.
 * @param lock As `readStackLock` gave it
 * @param tell Is told what changes in the lock, and where
 * @throws what `bringUp` throws; RecoveryError (`usage`) when nothing would change
 */
export async function deployImages(
  request: BringUpRequest,
  { file, text }: StackLock,
  wanted: WantedImages,
  tell: (sentence: string) => void,
): Promise<BroughtUp> {
  const { stack } = request;
  const { lock, lines } = withImages(parseImageLock(file, text), wanted);
  if (lines.length === 0)
    throw new RecoveryError(
      exitCodes.usage,
      `${file} has these images already: ./kaleem up --stack ${stack.name} brings the stack up with them`,
    );
  const path = resolve(stack.repository, file);
  await writeWholeFile(path, renderUpstreamLock(lock));
  for (const line of lines) tell(`${file}: ${line}`);
  try {
    return await bringUp(request);
  } catch (error) {
    await writeWholeFile(path, text);
    tell(`${file}: as before`);
    throw error;
  }
}
