import { bucketLayout } from "../../contract/layout.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { ListedVersion } from "../../recovery/lineage/bucket-listing.ts";
import type { Bucket } from "../../recovery/lineage/bucket.ts";
import { isWorthCopying } from "../../recovery/lineage/copied-object.ts";

/** One object that is brought back. */
export interface Return {
  readonly key: string;
  /** The version that becomes the present one. */
  readonly version: string;
  readonly bytes: number;
  /** What became of it since. */
  readonly since: "removed" | "overwritten";
  /** Marks of its removal, the newest first: where they are all that lies over it, taking them away is enough. */
  readonly removals: readonly string[];
}

/** Objects that are changed by every run: what they said at some time is of no use now, only that they are there. */
const records: readonly string[] = ["lineage/", "catalogue/", bucketLayout.stackFile];

/**
 * What it takes to have everything back that was there at a time and was removed or overwritten since. What came since stays: it
 * is in nobody's way. Pure.
 * @param versions By key, the newest first.
 */
export function planRewind(versions: readonly ListedVersion[], to: Date): readonly Return[] {
  const byKey = new Map<string, ListedVersion[]>();
  for (const version of versions) byKey.set(version.key, [...(byKey.get(version.key) ?? []), version]);
  return [...byKey]
    .filter(([key]) => isWorthCopying(key))
    .flatMap(([key, all]) => {
      const isRecord = records.some((start) => key.startsWith(start));
      const [latest] = all;
      // Of a record the last content that there was, if there is none now.
      const before = isRecord ? all : all.filter(({ storedAtMs }) => storedAtMs <= to.getTime());
      const wanted = isRecord ? before.find(({ removal }) => !removal) : before[0];
      if (latest === undefined || wanted === undefined || wanted.removal || wanted === latest) return [];
      if (isRecord && !latest.removal) return [];
      const over = all.slice(0, all.indexOf(wanted));
      const removals = over.every(({ removal }) => removal) ? over.map(({ version }) => version) : [];
      const since = latest.removal ? ("removed" as const) : ("overwritten" as const);
      return [{ key, version: wanted.version, bytes: wanted.bytes, since, removals }];
    });
}

/** How it went. */
export interface Rewound {
  readonly returned: number;
  /** A sentence for each object that could not be brought back. */
  readonly problems: readonly string[];
}

/**
 * Brings objects back: takes the marks of their removal away, or, where that is refused or something lies over them, stores the
 * former content once more as the newest version. Nothing is lost by it; it can be done again.
 */
export async function rewind(
  bucket: Bucket,
  plan: readonly Return[],
  onProgress: (done: number) => void = () => undefined,
): Promise<Rewound> {
  const problems: string[] = [];
  let returned = 0;
  for (const one of plan) {
    const problem = (await unremove(bucket, one)) ? null : await storeAgain(bucket, one);
    if (problem === null) returned += 1;
    else problems.push(problem);
    onProgress(returned);
  }
  return { returned, problems };
}

async function unremove(bucket: Bucket, { key, removals }: Return): Promise<boolean> {
  if (removals.length === 0) return false;
  for (const version of removals) {
    const { status } = await bucket.ask("DELETE", key, { query: { versionId: version } });
    if (status >= 300) return false;
  }
  return true;
}

async function storeAgain(bucket: Bucket, { key, version }: Return): Promise<string | null> {
  const { bucket: name, prefix } = bucket.location;
  const path = [name, ...(prefix === "" ? [] : [prefix]), key].join("/");
  const source = `/${path.split("/").map(encodeURIComponent).join("/")}?versionId=${encodeURIComponent(version)}`;
  const { status, body } = await bucket.ask("PUT", key, { headers: { "x-amz-copy-source": source } });
  // A copy may fail after its answer has begun.
  if (status === 200 && !body.includes("<Error>")) return null;
  const code = /<Code>([^<]+)<\/Code>/.exec(body)?.[1];
  return `${key}: not brought back (${status}${code === undefined ? "" : ` ${code}`})`;
}

/** The time of `--to`. @throws RecoveryError `usage` */
export function rewindTime(text: string, now: Date): Date {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/.test(text) ? new Date(text) : null;
  if (time !== null && !Number.isNaN(time.getTime()) && time < now) return time;
  throw new RecoveryError(
    exitCodes.usage,
    `--to: expected a time in the past, in UTC, such as 2026-11-20T03:00Z, got "${text}"`,
  );
}
