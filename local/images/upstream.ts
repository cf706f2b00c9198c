import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { recall, remember } from "../../workstation/cache/memo.ts";
import { LocalCommandError } from "./command.ts";
import { docker } from "./docker.ts";

const schema = z.record(z.string(), z.object({ ref: z.string(), version: z.string() }));

/** An image as the committed lock names it. */
export interface UpstreamImage {
  /** With its digest where the lock has one. */
  readonly ref: string;
  readonly version: string;
}

/** One try an hour is enough where nothing answers. */
const memo = "upstream-images-unreachable";
const memoSeconds = 3600;
const probeSeconds = 5;

/** The committed lock's images by key. */
export async function upstreamImages(): Promise<ReadonlyMap<string, UpstreamImage>> {
  const file = path.join(import.meta.dirname, "../../catalog/images.lock.json");
  const lock = schema.parse(JSON.parse(await readFile(file, "utf8")));
  return new Map(Object.entries(lock));
}

/**
 * Whether the upstream registry answers for an image, asked once and within 5 s; a "no" is remembered for an hour.
 * `KALEEM_OFFLINE=1` answers "no" without asking.
 */
export async function upstreamAnswers(reference: string): Promise<boolean> {
  if (process.env["KALEEM_OFFLINE"] === "1" || recall(memo, memoSeconds) !== undefined) return false;
  try {
    await docker(["manifest", "inspect", reference], { timeoutSeconds: probeSeconds });
    return true;
  } catch (error) {
    if (!(error instanceof LocalCommandError)) throw error;
    remember(memo, error.message);
    return false;
  }
}
