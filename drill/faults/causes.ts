/** Why a recovery cannot be relied on, as a drill reports it: code → what it means. Codes stay; programs compare them. */
export const causes = {
  "data-missing": "something that the point holds is not there after the restore",
  "data-extra": "something is there that the point does not hold",
  "data-altered": "something is there with another content, or made in another way",
  "no-data": "a store answers and holds nothing of the point",
  "files-altered": "the files that were fetched are not those that were copied",
  "pack-damaged": "the repository has lost or altered bytes of the point",
  "repository-damaged":
    "the repository cannot be read as a whole: its configuration, keys, index or list of snapshots",
  "password-wrong": "what is kept does not open the repository",
  "point-missing": "the last point that was shipped cannot be found",
  "point-stale": "the newest point is older than the objective allows",
  "lineage-wrong": "the point is not of the lineage that served last",
  "record-damaged": "a record in the bucket cannot be understood or is not what it was",
  "not-verified": "the restore could not be held against what the point holds",
  "version-wrong": "the engine is older than the data",
  "bucket-away": "the bucket does not answer, or refuses",
} as const;

/** The code of one cause. */
export type Cause = keyof typeof causes;
