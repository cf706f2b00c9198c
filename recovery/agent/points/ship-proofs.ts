import { createHash } from "node:crypto";
import { z } from "zod";
import { layout } from "../../../contract/layout.ts";
import type { Bucket } from "../../lineage/bucket.ts";
import { parseTags } from "../../point/point-tags.ts";
import type { Point } from "../../point/points.ts";
import { BucketProofs } from "../../proof/bucket-proofs.ts";
import { ProofRecords } from "../../proof/proof-record.ts";
import type { Snapshot } from "../../restic/snapshot.ts";
import type { AgentContext } from "../context.ts";
import { repositoryPassword } from "../repository-password.ts";

const memorySchema = z.object({
  /** Which password sealed them: after a rotation they are written anew. */
  sealedWith: z.string(),
  /** Points whose proof the bucket has. */
  points: z.array(z.string()),
});

/**
 * Brings the proofs of points that are off-site there, sealed, and takes away those of points that no longer are. A point counts only
 * when its tree off-site is the tree that was proven here.
 * @returns how many were brought
 * @throws RecoveryError when a repository or the bucket does not answer
 */
export async function shipProofs(
  context: Pick<AgentContext, "host" | "local" | "offsite">,
  bucket: Bucket,
  there: readonly Pick<Point, "id">[],
): Promise<number> {
  const { host } = context;
  const records = new ProofRecords(host, layout.proofs);
  const memory = await readMemory(host);
  const proven: string[] = [];
  for (const { id } of there) if ((await records.summary(id))?.ok === true) proven.push(id);
  if (proven.length === 0 && memory === null) return 0;
  const password = await repositoryPassword(host);
  const proofs = new BucketProofs(bucket, password);
  const sealedWith = createHash("sha256").update(`kaleem proofs\0${password}`).digest("hex").slice(0, 16);
  const sent = new Set(memory?.sealedWith === sealedWith ? memory.points : []);
  const keep = (): Promise<void> => {
    const text = `${JSON.stringify({ sealedWith, points: [...sent].sort() })}\n`;
    return host.writeFile(layout.shippedProofs, text, 0o600);
  };
  const wanted = proven.filter((id) => !sent.has(id));
  const isSame = wanted.length === 0 ? () => false : await sameTrees(context);
  let brought = 0;
  for (const id of wanted.filter(isSame)) {
    const record = await records.read(id);
    if (record === null) continue;
    await proofs.write(record);
    sent.add(id);
    brought += 1;
    await keep();
  }
  const listed = new Set(there.map(({ id }) => id));
  const gone = (memory?.points ?? []).filter((id) => !listed.has(id));
  for (const id of gone) {
    await proofs.remove(id);
    sent.delete(id);
  }
  if (gone.length > 0) await keep();
  return brought;
}

async function readMemory(host: AgentContext["host"]): Promise<z.infer<typeof memorySchema> | null> {
  try {
    return (
      memorySchema.safeParse(JSON.parse((await host.readFile(layout.shippedProofs)) ?? "null")).data ?? null
    );
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Whether both repositories hold the same tree of a point: restic names a tree by all that is in it. */
async function sameTrees({
  local,
  offsite,
}: Pick<AgentContext, "local" | "offsite">): Promise<(point: string) => boolean> {
  const [here, there] = (await Promise.all([local.snapshots(), offsite.snapshots()])).map(byPoint);
  return (point) => here?.get(point) !== undefined && here.get(point) === there?.get(point);
}

function byPoint(snapshots: readonly Snapshot[]): ReadonlyMap<string, string> {
  return new Map(
    snapshots.flatMap(({ tags, tree }): [string, string][] => {
      const id = parseTags(tags)?.id;
      return id === undefined || tree === undefined || tree === null ? [] : [[id, tree]];
    }),
  );
}
