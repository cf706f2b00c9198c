import { bucketLayout } from "../../contract/layout.ts";
import type { HostFault } from "./fault.ts";

const day = 86_400_000;

/** The machine that recovers, and what its operator has: passwords, keys, bucket, clock, a store that does not come up. */
export const hostFaults: readonly HostFault[] = [
  {
    name: "hosts-password-wrong",
    what: "the repositories' password is another one",
    cause: "password-wrong",
    check: "plan",
    named: [/plan: .*refuses this stack's restic password/],
    trouble: { resticPassword: "another-password" },
  },
  {
    name: "hosts-key-wrong",
    what: "the bucket's key is another one",
    cause: "bucket-away",
    check: "plan",
    named: [/plan: /],
    trouble: { secretAccessKey: "another-key-of-the-bucket" },
  },
  {
    name: "hosts-bucket-wrong",
    what: "the settings name a bucket that is not there",
    cause: "bucket-away",
    check: "plan",
    named: [/plan: /],
    trouble: { bucket: "kaleem-no-such-bucket" },
  },
  {
    name: "hosts-bucket-away",
    what: "nobody answers at the bucket's endpoint",
    cause: "bucket-away",
    check: "plan",
    named: [/plan: .*cannot be read/],
    trouble: { deadEndpoint: true },
  },
  {
    name: "hosts-stuck-offsite",
    what: "nothing has been shipped for three days",
    cause: "point-stale",
    check: "age",
    only: true,
    named: [/age: /],
    trouble: { laterMs: 3 * day },
  },
  {
    name: "hosts-store-empty",
    what: "a store is healthy, and stands on empty directories",
    cause: "no-data",
    check: "canary",
    named: [/redis: canary: .*there is none/, /redis: keys: database\/0\/string/],
    trouble: { emptyStore: true },
  },
  {
    name: "hosts-store-gone",
    what: "a store has ended by the time that it is asked",
    cause: "not-verified",
    check: "start",
    only: true,
    named: [/redis: canary: could not be checked/],
    trouble: { storeGone: true },
  },
  {
    name: "hosts-verification-skipped",
    what: "the point was never proven, and the restore is told to do without",
    cause: "not-verified",
    check: "inventory: known",
    only: true,
    named: [/redis: inventory: not compared/],
    trouble: { withoutProof: true },
    change: (bucket, { newest }) => bucket.remove(`${bucketLayout.proofs}/${newest}.json`),
  },
];
