import type { Sizing } from "../definition.ts";

const megabyte = 2 ** 20;
const least = 256 * megabyte;
/**
 * Publishers wait below this much free disk, however small the node: the stores share the volume, and a full one stops them all. The least
 * reserve of a data volume, so that RabbitMQ refuses by itself where the agent lets the others refuse.
 */
const leastFreeDisk = 2 ** 30;

/**
 * Publishers wait above half of the container's memory: Erlang may need as much again for a moment while it tidies up. And below as
 * much free disk, since what lies in memory then goes there. Pure. @throws Error for less than 256 MiB
 */
export function rabbitmqSizing(memoryBytes: number): Sizing {
  if (memoryBytes < least) {
    throw new Error(
      `services.rabbitmq.memory: expected at least 256MiB, got ${Math.floor(memoryBytes / megabyte)}MiB`,
    );
  }
  const watermark = Math.floor(memoryBytes / 2);
  return {
    env: {
      KALEEM_MEMORY_WATERMARK_BYTES: String(watermark),
      KALEEM_FREE_DISK_BYTES: String(Math.max(leastFreeDisk, watermark)),
    },
  };
}
