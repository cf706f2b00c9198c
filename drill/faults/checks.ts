/**
 * Everything that the verdict of a restore looks at: name → what it compares. A fault says which of them finds it; each of them has a fault
 * that no other finds, so that a check that stops looking is noticed.
 */
export const checks = {
  plan: "repositories, head record and point, before anything is fetched",
  "newest point": "the point that is restored is the last one that was shipped",
  age: "what is lost is no more than the objective allows",
  fetch: "restic's own digests of everything that it reads",
  "manifest: form": "there is a manifest, and it lists every store and directory",
  "manifest: tags": "the manifest is that of the point which the tags name",
  "manifest: sums": "number of files and bytes of each directory",
  "manifest: names": "names, kinds and targets of links",
  "manifest: sizes": "sizes of files",
  "manifest: access": "modes and owners",
  "manifest: times": "modification times",
  start: "each store starts on its files and lets the agent in",
  canary: "the mark that was written just before the point",
  version: "the engine is not older than the one that wrote the data",
  "inventory: known": "each store could be held against the inventory of the point",
  "inventory: missing": "nothing that the inventory names is gone",
  "inventory: extra": "nothing is there that the inventory does not name",
  "inventory: options": "how collections, queues, buckets, users are made",
  "inventory: count": "number of items",
  "inventory: content": "digests of items",
  "inventory: due": "what goes by itself has not gone before its time",
} as const;

/** The name of one check. */
export type CheckName = keyof typeof checks;

export const checkNames = Object.keys(checks) as readonly CheckName[];

/** Something that is wrong, as one or several checks say it. */
export interface Said {
  /** All that say so: it is silenced when every one of them is. */
  readonly checks: readonly CheckName[];
  /** Of an inventory, store and kind such as `redis: keys`; null for all else. */
  readonly family: string | null;
  readonly sentence: string;
}

/** What is switched off: checks by their names, or families of an inventory. */
export type Without = ReadonlySet<string>;

/** What is left of a verdict when some checks are switched off. Pure. */
export function silence(said: readonly Said[], without: Without): Said[] {
  return said.filter(
    ({ checks: by, family }) =>
      (family === null || !without.has(family)) && by.some((check) => !without.has(check)),
  );
}
