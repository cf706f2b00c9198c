import type { Sizing } from "../definition.ts";

const gigabyte = 2 ** 30;
const least = gigabyte / 2;
/** WiredTiger takes no less. */
const smallestCache = 0.25;

/**
 * Two fifths of the container's memory for WiredTiger's cache: connections, sorts, index builds and the files' own cache want the
 * rest. mongod would reckon by the machine's memory where it does not see its container's. Pure. @throws Error for less than 512 MiB
 */
export function mongoSizing(memoryBytes: number): Sizing {
  if (memoryBytes < least) {
    throw new Error(
      `services.mongo.memory: expected at least 512MiB, got ${Math.floor(memoryBytes / 2 ** 20)}MiB`,
    );
  }
  const share = Math.floor((memoryBytes / gigabyte) * 0.4 * 100) / 100;
  return { args: ["--wiredTigerCacheSizeGB", String(Math.max(smallestCache, share))] };
}
