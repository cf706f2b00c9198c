import type { Sizing } from "../definition.ts";

const megabyte = 2 ** 20;
const least = 256 * megabyte;

/**
 * Three quarters of the container's memory for what n8n's programs keep; Node's own needs, SQLite's cache and buffers have the rest.
 * Pure. @throws Error for less than 256 MiB
 */
export function n8nSizing(memoryBytes: number): Sizing {
  if (memoryBytes < least) {
    throw new Error(
      `services.n8n.memory: expected at least 256MiB, got ${Math.floor(memoryBytes / megabyte)}MiB`,
    );
  }
  return { env: { NODE_OPTIONS: `--max-old-space-size=${Math.floor((memoryBytes * 0.75) / megabyte)}` } };
}
