import { parseDocument } from "yaml";
import type { BucketLocation } from "../../recovery/lineage/bucket.ts";
import type { MovedFile } from "./move-host.ts";

/**
 * A stack's committed file with another off-site bucket in it; nothing else is edited, comments included. Pure.
 * @throws Error when the text is no stack file with a bucket
 */
export function moveOffsite(text: string, file: string, to: BucketLocation): MovedFile {
  const document = parseDocument(text);
  const block = ["config", "kaleem:offsite"];
  if (document.errors.length > 0 || document.getIn(block) === undefined)
    throw new Error(
      `${file}: expected a stack file with kaleem:offsite, got something else; nothing was changed`,
    );
  const { endpoint, bucket, prefix, region } = to;
  const defaults: Readonly<Record<string, string>> = { prefix: "", region: "auto" };
  const diff = Object.entries({ endpoint, bucket, prefix, region }).flatMap(([key, value]) => {
    const former: unknown = document.getIn([...block, key]);
    if ((former ?? defaults[key]) === value) return [];
    document.setIn([...block, key], value);
    const added = `+ offsite.${key}: ${JSON.stringify(value)}`;
    return former === undefined ? [added] : [`- offsite.${key}: ${JSON.stringify(former)}`, added];
  });
  return { text: diff.length === 0 ? text : document.toString({ lineWidth: 0 }), diff };
}
