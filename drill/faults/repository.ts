import { bucketLayout } from "../../contract/layout.ts";
import type { BucketFault, BucketUnderFault } from "./fault.ts";

const at = (path: string): string => `${bucketLayout.repository}/${path}`;

/** Turns one bit of what is under each of these keys. */
async function flipEach(bucket: BucketUnderFault, keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    const body = await bucket.read(key);
    const middle = body.length >> 1;
    body.writeUInt8(body.readUInt8(middle) ^ 1, middle);
    await bucket.write(key, body);
  }
}

async function keysBelow(bucket: BucketUnderFault, prefix: string): Promise<string[]> {
  return (await bucket.list(at(prefix))).map(({ key }) => key);
}

/** What the off-site repository needs beside its packs. */
export const repositoryFaults: readonly BucketFault[] = [
  {
    name: "repository-config-gone",
    what: "the repository's configuration is gone",
    cause: "repository-damaged",
    check: "plan",
    only: true,
    named: [/plan: .*no repository/],
    change: (bucket) => bucket.remove(at("config")),
  },
  {
    name: "repository-config-altered",
    what: "one bit of the repository's configuration is another one",
    cause: "repository-damaged",
    check: "plan",
    named: [/plan: .*cannot be read/],
    change: (bucket) => flipEach(bucket, [at("config")]),
  },
  {
    name: "repository-keys-gone",
    what: "the repository has no key left",
    cause: "repository-damaged",
    check: "plan",
    named: [/plan: /],
    change: async (bucket) => {
      for (const key of await keysBelow(bucket, "keys/")) await bucket.remove(key);
    },
  },
  {
    name: "repository-keys-altered",
    what: "one bit of each of the repository's keys is another one",
    cause: "repository-damaged",
    check: "plan",
    named: [/plan: /],
    change: async (bucket) => flipEach(bucket, await keysBelow(bucket, "keys/")),
  },
  {
    name: "repository-snapshot-altered",
    what: "one bit of the newest point's snapshot is another one",
    cause: "repository-damaged",
    check: "fetch",
    named: [/fetch: /],
    change: (bucket, { snapshots }) => flipEach(bucket, [at(`snapshots/${snapshots.newest}`)]),
  },
  {
    name: "repository-snapshot-gone",
    what: "the newest point is listed in the catalogue, and its snapshot is gone",
    cause: "point-missing",
    check: "fetch",
    named: [/fetch: /],
    change: (bucket, { snapshots }) => bucket.remove(at(`snapshots/${snapshots.newest}`)),
  },
];
