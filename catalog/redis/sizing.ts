import type { Sizing } from "../definition.ts";

const megabyte = 2 ** 20;
const least = 64 * megabyte;

/**
 * Half of the container's memory for data: while Redis rewrites its log, what is changed meanwhile is there twice, and buffers and
 * fragments come on top. Pure. @throws Error for less than 64 MiB
 */
export function redisSizing(memoryBytes: number): Sizing {
  if (memoryBytes < least) {
    throw new Error(
      `services.redis.memory: expected at least 64MiB, got ${Math.floor(memoryBytes / megabyte)}MiB`,
    );
  }
  return { args: ["--maxmemory", String(Math.floor(memoryBytes / 2))] };
}
