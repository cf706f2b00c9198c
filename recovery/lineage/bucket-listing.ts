/** An object as a bucket lists it. */
export interface ListedObject {
  /** Below the bucket's prefix. */
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  /** When it was stored, in milliseconds since 1970, by the bucket's clock. */
  readonly storedAtMs: number;
}

/** One part of a listing; `next` asks for the one after it. */
export interface ObjectPage {
  readonly objects: readonly ListedObject[];
  readonly next: string | null;
}

/** Reads an answer to ListObjectsV2. @throws Error when it is none */
export function parseObjectPage(xml: string): ObjectPage {
  if (!xml.includes("<ListBucketResult")) throw new Error("expected a list of objects, got something else");
  const urlEncoded = elementOf(xml, "EncodingType") === "url";
  const objects = elementsOf(xml, "Contents").map((entry) => ({
    key: keyOf(entry, "Key", urlEncoded),
    bytes: Number(elementOf(entry, "Size") ?? NaN),
    etag: plain(elementOf(entry, "ETag") ?? ""),
    storedAtMs: Date.parse(elementOf(entry, "LastModified") ?? ""),
  }));
  const more = elementOf(xml, "IsTruncated") === "true";
  return { objects, next: more ? plain(elementOf(xml, "NextContinuationToken") ?? "") : null };
}

/** One version of an object, as a versioned bucket lists it. */
export interface ListedVersion {
  readonly key: string;
  readonly version: string;
  /** It is what a reader sees now. */
  readonly latest: boolean;
  /** It says that the object was removed. */
  readonly removal: boolean;
  readonly bytes: number;
  readonly storedAtMs: number;
}

/** One part of a listing of versions; `next` asks for the one after it. */
export interface VersionPage {
  readonly versions: readonly ListedVersion[];
  readonly next: { readonly key: string; readonly version: string } | null;
}

/** Reads an answer to ListObjectVersions, in its order: by key, the newest first. @throws Error when it is none */
export function parseVersionPage(xml: string): VersionPage {
  if (!xml.includes("<ListVersionsResult"))
    throw new Error("expected a list of versions, got something else");
  const urlEncoded = elementOf(xml, "EncodingType") === "url";
  const entries = [...xml.matchAll(/<(Version|DeleteMarker)>([\s\S]*?)<\/\1>/g)];
  const versions = entries.map(([, kind, entry = ""]) => ({
    key: keyOf(entry, "Key", urlEncoded),
    version: plain(elementOf(entry, "VersionId") ?? ""),
    latest: elementOf(entry, "IsLatest") === "true",
    removal: kind === "DeleteMarker",
    bytes: Number(elementOf(entry, "Size") ?? 0),
    storedAtMs: Date.parse(elementOf(entry, "LastModified") ?? ""),
  }));
  const more = elementOf(xml, "IsTruncated") === "true";
  if (!more) return { versions, next: null };
  return {
    versions,
    next: {
      key: keyOf(xml, "NextKeyMarker", urlEncoded),
      version: plain(elementOf(xml, "NextVersionIdMarker") ?? ""),
    },
  };
}

function elementsOf(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, "g"))].map(([, inner = ""]) => inner);
}

/** The text of the first element of that name; null when there is none. */
export function elementOf(xml: string, name: string): string | null {
  return elementsOf(xml, name)[0] ?? null;
}

function keyOf(xml: string, name: string, urlEncoded: boolean): string {
  const text = plain(elementOf(xml, name) ?? "");
  // Some services write a space as a plus.
  return urlEncoded ? decodeURIComponent(text.replaceAll("+", " ")) : text;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function plain(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/g, (whole, decimal, hex, name: string) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(String(hex), 16));
    return entities[name] ?? whole;
  });
}
