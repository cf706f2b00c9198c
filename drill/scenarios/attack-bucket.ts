import { lockedPrefixes } from "../../contract/layout.ts";
import { isLocked } from "../../recovery/lineage/bucket-refusal.ts";
import type { Bucket, BucketAnswer } from "../../recovery/lineage/bucket.ts";

/** What became of a bucket's objects under somebody who has the host's keys. */
export interface Attack {
  readonly removed: readonly string[];
  /** Not removed, but another content stands there. */
  readonly overwritten: readonly string[];
  /** The bucket's lock held these against both. */
  readonly held: readonly string[];
  /** The keys were let do neither, for another reason. */
  readonly refused: readonly string[];
}

const garbage = "Your data is ours now.\n";

/** Removes every object of a bucket, or writes over it, by whatever the key pair may do. A drill's own bucket alone: nothing undoes this. */
export async function attackBucket(bucket: Bucket): Promise<Attack> {
  const attack = {
    removed: [] as string[],
    overwritten: [] as string[],
    held: [] as string[],
    refused: [] as string[],
  };
  for (const { key } of await bucket.list("")) {
    const removal = await bucket.ask("DELETE", key);
    if (isDone(removal)) {
      attack.removed.push(key);
      continue;
    }
    const overwriting = await bucket.attempt(key, garbage, "text/plain", { always: true });
    if (isDone(overwriting)) attack.overwritten.push(key);
    else if (isLocked(removal) && isLocked(overwriting)) attack.held.push(key);
    else attack.refused.push(key);
  }
  return attack;
}

function isDone({ status }: BucketAnswer): boolean {
  return status >= 200 && status < 300;
}

/** Why an attack shows that the bucket is not safe, or that nothing was attacked; none when its lock kept what it has to keep. Pure. */
export function judgeAttack({ removed, overwritten, held }: Attack): string[] {
  const isPromised = (key: string): boolean => lockedPrefixes.some((prefix) => key.startsWith(prefix));
  const lost = (what: string, keys: readonly string[]): string[] => {
    const [first, ...rest] = keys.filter(isPromised);
    if (first === undefined) return [];
    return [
      `the bucket's lock did not hold ${first}${rest.length > 0 ? ` and ${rest.length} more` : ""}: ${what} with the host's keys`,
    ];
  };
  return [
    ...lost("removed", removed),
    ...lost("overwritten", overwritten),
    ...(removed.length + overwritten.length === 0
      ? ["the attack destroyed nothing in the bucket: nothing was proven"]
      : []),
    ...(held.some(isPromised) ? [] : ["the bucket's lock held nothing: there is nothing to come back from"]),
  ];
}
