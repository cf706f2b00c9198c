import { createHash } from "node:crypto";
import { bucketLayout } from "../../contract/layout.ts";

const imageBlobs = `${bucketLayout.images}/blobs/sha256/`;

/** Folders whose files are named by the SHA-256 of their content. */
const named = [
  ...["data", "index", "snapshots", "keys"].map((folder) => `${bucketLayout.repository}/${folder}/`),
  imageBlobs,
];

/** The SHA-256 that an object of restic's must have, or of an image, by its name; null for one whose name says nothing. */
export function digestInName(key: string): string | null {
  if (!named.some((folder) => key.startsWith(folder))) return null;
  const name = key.split("/").at(-1) ?? "";
  return /^[0-9a-f]{64}$/.test(name) ? name : null;
}

/** Whether the content is what the name promises; true where it promises nothing. */
export function isAsNamed(key: string, content: Buffer): boolean {
  const digest = digestInName(key);
  return digest === null || createHash("sha256").update(content).digest("hex") === digest;
}

/** Whether a key names a file below a directory, and none that is ours there: whoever writes to the bucket chooses its keys. */
export function isSafePath(key: string): boolean {
  const parts = key.split("/");
  if (parts[0] === "former" || /[\\\0]/.test(key) || key.endsWith(".partial")) return false;
  return parts.every((part) => part !== "" && part !== "." && part !== "..");
}

/** restic's own locks are of the hour, and keep a copy from being read. */
export function isWorthCopying(key: string): boolean {
  return !key.startsWith(`${bucketLayout.repository}/locks/`) && !key.endsWith("/");
}

const inOrder = [
  ...["config", "keys/", "data/", "index/", "snapshots/"].map((part) => `${bucketLayout.repository}/${part}`),
  imageBlobs,
  `${bucketLayout.images}/records/`,
  `${bucketLayout.oplog}/`,
];

/**
 * In which order objects are copied, so that a copy that ends half-way is whole in itself: packs before the index that names them,
 * that before the snapshots, pieces of images before the records that name them; what says which of them is the newest comes last.
 */
export function copyOrder(key: string): number {
  const order = inOrder.findIndex((part) => key.startsWith(part));
  return order < 0 ? last : order;
}

const last = 100;

/** Whether an object is never changed once it is written: then its name and size tell it. */
export function isWrittenOnce(key: string): boolean {
  return copyOrder(key) < last;
}
