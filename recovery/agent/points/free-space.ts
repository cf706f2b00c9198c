import { statfs } from "node:fs/promises";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import { size } from "../../host/log.ts";
import { makeRoom, type ReplacedData } from "../../restore/replaced-data.ts";
import { listReplaced } from "../restore/replaced-folder.ts";

const spaceWords = /no space left|ENOSPC|disk (is )?full|disk quota/i;
/** With less than this a store fails or ends without telling why: mongod alone wants 100 MiB for its journal. */
const scarceBytes = 128 * 1024 * 1024;

/** Says how much space is left where, when that is what failed a point; any other error stays as it is. */
export async function withFreeSpace(error: unknown): Promise<unknown> {
  if (!(error instanceof Error)) return error;
  const free = await freeBytes(layout.dataRoot);
  const full =
    spaceWords.test(error.message) ||
    (error instanceof RecoveryError && error.exitCode === exitCodes.diskFull) ||
    (error instanceof RecoveryError &&
      error.exitCode === exitCodes.storeDown &&
      (free ?? Infinity) < scarceBytes);
  if (!full) return error;
  const spaces = [layout.dataRoot, layout.repository].map(
    async (path) => `${sizeOrUnknown(await freeBytes(path))} free at ${path}`,
  );
  const room = makeRoom(await replacedOrNone());
  return new RecoveryError(
    exitCodes.diskFull,
    `No point: no space left (${(await Promise.all(spaces)).join(", ")}). ${room}. ${error.message}`,
    { cause: error },
  );
}

/** Null when it cannot be told: that must not hide what failed. */
async function freeBytes(path: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    if (error instanceof Error && "code" in error) return null;
    throw error;
  }
}

/** None when they cannot be listed: that must not hide what failed. */
async function replacedOrNone(): Promise<readonly ReplacedData[]> {
  try {
    return await listReplaced();
  } catch (error) {
    if (error instanceof Error && "code" in error) return [];
    throw error;
  }
}

function sizeOrUnknown(bytes: number | null): string {
  return bytes === null ? "unknown space" : size(bytes);
}
