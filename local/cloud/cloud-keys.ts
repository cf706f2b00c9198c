import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { CloudInstance } from "../instance.ts";

const pair = z.strictObject({ accessKeyId: z.string().min(1), secretAccessKey: z.string().min(1) });
const schema = z.strictObject({ root: pair, backup: pair });

/** The S3 server's key pairs: its root, and the user who may use the backup bucket only. Never printed. */
export type CloudKeys = z.infer<typeof schema>;

/**
 * The cloud's keys from its folder (0600), made on the first call.
 * @throws Error when the file is there but is not what was written
 */
export async function cloudKeys(cloud: CloudInstance): Promise<CloudKeys> {
  const file = path.join(cloud.folder, "s3-keys.json");
  await mkdir(cloud.folder, { recursive: true, mode: 0o700 });
  try {
    return parse(file, await readFile(file, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const keys: CloudKeys = { root: newPair(), backup: newPair() };
  // Never over keys that somebody else has just made.
  await writeFile(file, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  return keys;
}

function parse(file: string, text: string): CloudKeys {
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new Error(
    `${file}: expected the key pairs "root" and "backup"; put the file back, or remove the cloud (./kaleem down) and create it again`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not even JSON: the schema's sentence says all there is to say.
    return undefined;
  }
}

/** As long as AWS's own. */
function newPair(): { accessKeyId: string; secretAccessKey: string } {
  return {
    accessKeyId: `K${randomBytes(12).toString("hex").slice(0, 19).toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString("base64url"),
  };
}
