/** The parts of a drill, by the names that its timeline and its records have. Records are kept for good: a name that changes is another part. */
export const steps = {
  up: "up: a stack that serves",
  writes: "writes, while points are taken and shipped",
  noLoad: "no load, while points are taken and shipped",
  attack: "the host's keys destroy what they reach in the bucket",
  lost: "the machine is lost with its disks",
  damaged: "a store's data is destroyed",
  storeLost: "a store is lost with its directories",
  person: "a person finds out what to do",
  rebuild: "up: a fresh stack on a fresh machine",
  closed: "check: closed until it is restored",
  restore: "restore from off-site, and verify",
  rollBack: "restore to before the loss, and verify",
  oneStore: "restore of one store while the others serve, and verify",
  goodWrite: "first good write",
  serves: "the edge serves",
  readBack: "read every acknowledged write back",
} as const;
