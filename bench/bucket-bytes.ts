import { AwsClient } from "aws4fetch";
import type { BucketLocation } from "../recovery/lineage/bucket.ts";
import type { OffsiteCredentials } from "../contract/offsite-credentials.ts";

/** How many bytes all objects in the bucket have together. */
export async function bucketBytes(location: BucketLocation, keys: OffsiteCredentials): Promise<number> {
  const client = new AwsClient({ ...keys, service: "s3", region: location.region, retries: 2 });
  const url = new URL(`${location.endpoint.replace(/\/+$/, "")}/${location.bucket}`);
  let bytes = 0;
  for (let next: string | undefined = ""; next !== undefined;) {
    url.search = new URLSearchParams({
      "list-type": "2",
      ...(next === "" ? {} : { "continuation-token": next }),
    }).toString();
    const response = await client.fetch(url, { signal: AbortSignal.timeout(30_000) });
    const page = await response.text();
    if (!response.ok)
      throw new Error(
        `bench: listing ${location.bucket} at ${location.endpoint} got ${response.status}: check its keys.`,
      );
    const listed = readPage(page);
    bytes += listed.bytes;
    next = listed.next;
  }
  return bytes;
}

/** One page of a listing (ListObjectsV2): its objects' bytes, and the token of the next page if there is one. Pure. */
export function readPage(xml: string): { readonly bytes: number; readonly next: string | undefined } {
  const sizes = [...xml.matchAll(/<Size>(\d+)<\/Size>/g)].map(([, size]) => Number(size));
  const token = /<NextContinuationToken>([^<]+)<\/NextContinuationToken>/.exec(xml)?.[1];
  return {
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    next: token
      ?.replaceAll("&amp;", "&")
      .replaceAll("&#34;", '"')
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">"),
  };
}
