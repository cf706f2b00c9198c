import { ImageLockError, parseImageLock, type LockedImages } from "../../catalog/image-lock.ts";
import type { CloudInstance } from "../instance.ts";

/** Reads a generated lock's text; undefined when it is none, since it can always be made again. Pure. */
export function parseLock(text: string): LockedImages | undefined {
  try {
    return parseImageLock("the generated lock", text);
  } catch (error) {
    if (error instanceof ImageLockError) return undefined;
    throw error;
  }
}

/** A lock as text: sorted, so that the same images give the same file. Pure. */
export function renderLock(lock: LockedImages): string {
  const sorted = Object.fromEntries(Object.entries(lock).sort(([left], [right]) => (left < right ? -1 : 1)));
  return `${JSON.stringify(sorted, null, 2)}\n`;
}

/**
 * How services name an image that was pushed to the cloud's registry: `<registry>/kaleem/<name>:<key>@sha256:…`; the key tells which
 * recipe or which upstream image it was made from. Pure.
 */
export function lockedReference(cloud: CloudInstance, name: string, key: string, digest: string): string {
  return `${cloud.registry.authority}/kaleem/${name}:${key}@${digest}`;
}

/** The key and the digest in a reference of this cloud's registry; undefined for any other reference. Pure. */
export function readReference(
  cloud: CloudInstance,
  name: string,
  reference: string,
): { readonly key: string; readonly digest: string } | undefined {
  const prefix = `${cloud.registry.authority}/kaleem/${name}:`;
  if (!reference.startsWith(prefix)) return undefined;
  const [, key, digest] = /^([0-9a-f]{20})@(sha256:[0-9a-f]{64})$/.exec(reference.slice(prefix.length)) ?? [];
  return key === undefined || digest === undefined ? undefined : { key, digest };
}
