import type { RedisClientType } from "redis";

/** Redis' own mark of a string reply: read as bytes, since keys and values need not be text. */
const blobString = 36;

/** One command, its strings as bytes. Rejects with Redis' own words. */
export type RedisCommands = (...command: readonly (string | Buffer)[]) => Promise<unknown>;

/** Commands over an open connection. Those that are given at once go in one packet. */
export function redisCommands(redis: RedisClientType): RedisCommands {
  return (...command) => redis.sendCommand([...command], { typeMapping: { [blobString]: Buffer } });
}

/** @throws Error naming the command's answer when it is no list of strings */
export function bytesList(answer: unknown): Buffer[] {
  if (!Array.isArray(answer) || !answer.every((one) => Buffer.isBuffer(one))) {
    throw new Error(`redis: expected a list of strings, got ${typeof answer}`);
  }
  return answer;
}
