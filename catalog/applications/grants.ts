import type { Grants } from "../../contract/grants.ts";
import type { Applications, Uses } from "./settings.ts";

/** A pattern that no name fits. */
const nothing = "^$";

/**
 * What the applications' user of each store may do: what any application of the stack was given. The same applications give the same
 * grants in whatever order they come. Pure.
 */
export function grantsOf(applications: Applications): Grants {
  const used = <Store extends keyof Uses>(store: Store): NonNullable<Uses[Store]>[] =>
    Object.values(applications).flatMap(({ uses }) => uses[store] ?? []);
  const [mongo, redis, rabbitmq, minio] = [used("mongo"), used("redis"), used("rabbitmq"), used("minio")];
  return {
    ...(mongo.length === 0 ? {} : { mongo: { databases: all(mongo.map(({ databases }) => databases)) } }),
    ...(redis.length === 0
      ? {}
      : {
          redis: {
            keys: all(redis.map(({ keys }) => keys)),
            channels: all(redis.map(({ channels }) => channels)),
            scripts: redis.some(({ scripts }) => scripts),
          },
        }),
    ...(rabbitmq.length === 0 ? {} : { rabbitmq: { permissions: permissions(rabbitmq) } }),
    ...(minio.length === 0
      ? {}
      : {
          minio: {
            buckets: all(minio.map(({ buckets }) => buckets)),
            deletable: all(minio.map(({ buckets, mayDelete }) => (mayDelete ? buckets : []))),
          },
        }),
  };
}

/** RabbitMQ keeps one set of patterns for a user and a virtual host: what fits any of them is allowed. */
function permissions(uses: readonly NonNullable<Uses["rabbitmq"]>[]) {
  return all(uses.map(({ vhost }) => [vhost])).map((vhost) => {
    const here = uses.filter((one) => one.vhost === vhost);
    const either = (right: "configure" | "write" | "read"): string => {
      const patterns = all(here.map((one) => [one[right]])).filter((pattern) => pattern !== nothing);
      return patterns.length > 1 ? patterns.map((each) => `(${each})`).join("|") : (patterns[0] ?? nothing);
    };
    return { vhost, configure: either("configure"), write: either("write"), read: either("read") };
  });
}

function all(lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())].sort();
}
