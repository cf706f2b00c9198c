import type { StoreSubject } from "./fault.ts";
import { minioSubject } from "./stores/minio.ts";
import { mongoSubject } from "./stores/mongo.ts";
import { qdrantSubject } from "./stores/qdrant.ts";
import { rabbitmqSubject } from "./stores/rabbitmq.ts";
import { redisSubject } from "./stores/redis.ts";

/** Each store with what is put into it, and all that is altered in it. Its client is what its definition of the catalog opens. */
export const subjects: readonly StoreSubject<never>[] = [
  redisSubject,
  qdrantSubject,
  mongoSubject,
  minioSubject,
  rabbitmqSubject,
];

/** @throws Error for a store that nothing is made in */
export function subjectOf(store: string): StoreSubject<unknown> {
  const found = subjects.find((one) => one.store === store);
  if (found === undefined) throw new Error(`no faults are known of the store ${store}`);
  return found as StoreSubject<unknown>;
}
