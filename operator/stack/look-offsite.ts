import { readFile } from "node:fs/promises";
import { z } from "zod";
import { sentenceOf } from "../../contract/sentence-of.ts";
import { Bucket, type BucketLocation } from "../../recovery/lineage/bucket.ts";
import type { Head } from "../../recovery/lineage/head.ts";
import { HeadStore } from "../../recovery/lineage/head-store.ts";
import { parseOffsiteCredentials, type OffsiteCredentials } from "../../contract/offsite-credentials.ts";

const pair = z.object({ accessKeyId: z.string().min(1), secretAccessKey: z.string().min(1) });
/** At the top, as in a recovery kit, or under `backup`, as an emulated cloud keeps them. */
const keysSchema = z.union([pair, z.object({ backup: pair }).transform(({ backup }) => backup)]);

/** The bucket's head record without a host; or why it is not known. Never throws: half an answer is better than none. */
export async function lookOffsite(
  location: BucketLocation,
  keyFile: string | undefined,
): Promise<Head | null | { why: string }> {
  if (keyFile === undefined) return { why: "give --key-file, such as the recovery kit, to ask the bucket" };
  try {
    const stored = await new HeadStore(new Bucket(location, await readKeys(keyFile))).read();
    return stored?.head ?? null;
  } catch (error) {
    return { why: sentenceOf(error) };
  }
}

/** A recovery kit (JSON), or an AWS shared-credentials file. The parser's own words would quote the file, so they are not used. */
export async function readKeys(file: string): Promise<OffsiteCredentials> {
  const content = await readFile(file, "utf8");
  if (!content.trimStart().startsWith("{")) return parseOffsiteCredentials(content, file);
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw new Error(`${file}: expected JSON with accessKeyId and secretAccessKey, got something else`);
  }
  const parsed = keysSchema.safeParse(value);
  if (!parsed.success)
    throw new Error(`${file}: expected accessKeyId and secretAccessKey, each a non-empty text`);
  return { accessKeyId: parsed.data.accessKeyId, secretAccessKey: parsed.data.secretAccessKey };
}
