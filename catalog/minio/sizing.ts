import type { Sizing } from "../definition.ts";

const megabyte = 2 ** 20;
const least = 256 * megabyte;

/**
 * Go tidies up as hard as it must to stay below three quarters of the container's memory; buffers outside of its heap have the rest.
 * How many requests MinIO serves at once it reckons by its container's memory itself. Pure. @throws Error for less than 256 MiB
 */
export function minioSizing(memoryBytes: number): Sizing {
  if (memoryBytes < least) {
    throw new Error(
      `services.minio.memory: expected at least 256MiB, got ${Math.floor(memoryBytes / megabyte)}MiB`,
    );
  }
  return { env: { GOMEMLIMIT: `${Math.floor((memoryBytes * 0.75) / megabyte)}MiB` } };
}
