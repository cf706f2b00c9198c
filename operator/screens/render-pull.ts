import { size } from "../../recovery/host/log.ts";
import type { PullReport } from "../offsite/pull.ts";

/** What a pull did, what the directory holds, and how a restore from it goes. */
export function renderPull(directory: string, bucket: string, report: PullReport): string {
  const { fetched, bytesFetched, objects, bytes, gone, removed, damaged } = report;
  const kept = gone - removed;
  return [
    `${directory}: ${objects} files, ${size(bytes)}, of ${bucket}; ${fetched} of them (${size(bytesFetched)}) came now.`,
    ...(removed > 0 ? [`${removed} files that the bucket no longer has were removed.`] : []),
    ...(kept > 0
      ? [`${kept} files that the bucket no longer has stay here; --remove-gone removes them.`]
      : []),
    ...damaged.map(
      (key) => `DAMAGED: ${key} is not what its name says. The copy that was right before stays.`,
    ),
    "",
    "It is encrypted; the password is the stack's restic-password. What it holds, and how files of a point come back:",
    `  restic -r ${directory}/restic snapshots`,
    `  restic -r ${directory}/restic restore latest --target /somewhere`,
    'How a whole platform comes back from it: docs/offsite.md, "From a copy of your own".',
  ].join("\n");
}
