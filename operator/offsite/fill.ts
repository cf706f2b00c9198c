import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { bucketLayout } from "../../contract/layout.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { identityOf, nameOf } from "../../recovery/lineage/bucket-identity.ts";
import type { Bucket } from "../../recovery/lineage/bucket.ts";
import { copyOrder, isAsNamed, isWrittenOnce } from "../../recovery/lineage/copied-object.ts";
import { filesBelow } from "./pull.ts";

/** What filling a bucket did. */
export interface FillReport {
  readonly objects: number;
  readonly sent: number;
  readonly bytesSent: number;
}

/**
 * Brings a directory that `pull` made into an empty bucket, from which a platform is then recovered. Each file is checked against its
 * name; one that is there already is not sent again, so that an interrupted run goes on.
 * @throws RecoveryError `noRepository` when the directory is no such copy, `alreadyFounded` when the bucket holds another repository,
 * `repositoryDamaged` naming a file that is not what its name says
 */
export async function fill(
  directory: string,
  bucket: Bucket,
  onProgress: (sent: number, of: number) => void = () => undefined,
): Promise<FillReport> {
  const config = `${bucketLayout.repository}/config`;
  const files = (await filesBelow(directory))
    .filter((key) => !key.startsWith("former/"))
    .sort((a, b) => copyOrder(a) - copyOrder(b));
  if (!files.includes(config))
    throw new RecoveryError(
      exitCodes.noRepository,
      `${directory}: expected a copy that ./kaleem pull made, got no ${config}`,
    );
  const theirs = await bucket.read(config);
  if (theirs !== null && !theirs.equals(await readFile(join(directory, config))))
    throw new RecoveryError(
      exitCodes.alreadyFounded,
      `${nameOf(identityOf(bucket.location))} holds another repository already; nothing was written there. Choose an empty bucket or another prefix.`,
    );
  const there = new Map((await bucket.list("")).map(({ key, bytes }) => [key, bytes]));
  let sent = 0;
  let bytesSent = 0;
  for (const [index, key] of files.entries()) {
    const content = await readFile(join(directory, key));
    if (!isAsNamed(key, content))
      throw new RecoveryError(
        exitCodes.repositoryDamaged,
        `${join(directory, key)}: the content is not what its name says; move the file away and run ./kaleem pull, or this, again`,
      );
    const known = isWrittenOnce(key) && there.get(key) === content.length;
    if (!known) {
      await bucket.store(key, content);
      sent += 1;
      bytesSent += content.length;
    }
    onProgress(index + 1, files.length);
  }
  return { objects: files.length, sent, bytesSent };
}
