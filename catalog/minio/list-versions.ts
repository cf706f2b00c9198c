import type { SignedCalls } from "./signed-calls.ts";
import { textOf } from "./xml.ts";

/** One version of an object, or the mark that it is deleted. */
export interface ObjectVersion {
  readonly key: string;
  /** `null` in a bucket that keeps no versions. */
  readonly id: string;
  readonly etag: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  readonly latest: boolean;
  readonly deleteMarker: boolean;
}

const listLimitMs = 60_000;

/** Every version of every object, by key and newest first, a thousand at a time. */
export async function* listVersions(call: SignedCalls, bucket: string): AsyncGenerator<ObjectVersion> {
  let after = "";
  do {
    const path = `/${encodeURIComponent(bucket)}?versions&max-keys=1000&encoding-type=url${after}`;
    const page = (await call(path, { timeoutMs: listLimitMs })) ?? "";
    yield* versionsIn(page);
    after = "";
    if (textOf(page, "IsTruncated") === "true") {
      const key = encodeURIComponent(decoded(textOf(page, "NextKeyMarker") ?? ""));
      const id = encodeURIComponent(textOf(page, "NextVersionIdMarker") ?? "");
      after = `&key-marker=${key}${id === "" ? "" : `&version-id-marker=${id}`}`;
    }
  } while (after !== "");
}

/** The versions on one page of a listing with `encoding-type=url`. Pure. */
export function versionsIn(page: string): ObjectVersion[] {
  const all = page.matchAll(/<(Version|DeleteMarker)>([\s\S]*?)<\/\1>/g);
  return [...all].map(([, kind, inside = ""]) => ({
    key: decoded(textOf(inside, "Key") ?? ""),
    id: textOf(inside, "VersionId") ?? "null",
    etag: textOf(inside, "ETag") ?? "",
    bytes: Number(textOf(inside, "Size") ?? 0),
    modifiedMs: Date.parse(textOf(inside, "LastModified") ?? ""),
    latest: textOf(inside, "IsLatest") === "true",
    deleteMarker: kind === "DeleteMarker",
  }));
}

/** A space comes as a plus, as in forms. */
function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}
