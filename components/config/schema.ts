import { z } from "zod";
import type { ServiceDefinition } from "../services/definition.ts";
import * as field from "./fields.ts";

const host = z.strictObject({
  /** The program knows one kind as yet: a Debian 12/13 or Ubuntu 24.04 with systemd that root reaches over SSH. */
  kind: z.literal("ssh", { error: "expected ssh, the only kind of host so far" }),
  address: field.hostname,
  port: field.port.default(22),
  user: field.userName.default("root"),
  /** Pinned: another key at this address is refused, and counts as another host. */
  hostKey: field.hostKey,
  privateKeyFile: field.path,
  /** Must hold the same key; used by the ssh client under the Docker provider. */
  knownHostsFile: field.path,
  /** Registries that Docker on the host may speak plain HTTP to. */
  insecureRegistries: z.array(field.registry, { error: "expected a list of addresses" }).default([]),
});

/** Where the stores' files live. `loop` is a file on the system disk; a `device` that holds anything is never formatted. */
const dataVolume = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("loop"), sizeGiB: field.sizeGiB }),
    z.strictObject({ kind: z.literal("device"), device: field.device }),
  ],
  { error: "expected {kind: loop, sizeGiB: …} or {kind: device, device: …}" },
);

const offsite = z.strictObject({
  endpoint: field.endpoint,
  bucket: field.bucket,
  prefix: field.keyPrefix.default(""),
  region: field.region.default("auto"),
});

const backups = z.strictObject({
  /** How often a recovery point is taken: with the shipping, the most that a total loss can cost. */
  pointEvery: field.interval,
  shipEvery: field.interval,
  /** Stores are never paused longer than this; a point that would need more fails instead. */
  pauseLimit: field.duration.default("2s"),
  shipTimeout: field.duration.default("4m"),
  keep: z.strictObject({
    within: field.duration,
    daily: field.count,
    weekly: field.count,
    monthly: field.count,
  }),
});

const edge = z.strictObject({
  /** Name in the certificate, and the one that nginx answers to. */
  serverName: field.hostname,
  /** Largest request body; a larger one gets 413. */
  maxBody: field.byteSize.default("10MiB"),
});

const stateful = z.strictObject({ memory: field.byteSize, cpus: field.cpus });
const stateless = stateful.extend({ replicas: field.replicas });

/** The services' block: what each page of the catalog lets the stack file decide. The edge has its own block and one replica. */
function services(catalog: readonly ServiceDefinition[]) {
  const slices = catalog.map((definition) => [
    definition.name,
    definition.kind === "stateful" ? stateful : stateless,
  ]) as [string, typeof stateful | typeof stateless][];
  return z.strictObject(Object.fromEntries(slices));
}

/** The shape of `Pulumi.<stack>.yaml`, secrets apart. Strict: a key that nothing reads is an error. */
export function stackConfigSchema(catalog: readonly ServiceDefinition[]) {
  return z.strictObject({
    host,
    /** The file that fixes every image by digest, relative to the repository's root. */
    imageLock: field.path,
    dataVolume,
    /** Applications stay at zero replicas; set by `npm run up` while data has still to be restored. */
    fenced: field.flag,
    offsite,
    backups,
    services: services(catalog),
    edge,
  });
}

export type StackSettings = z.infer<ReturnType<typeof stackConfigSchema>>;
export type HostSettings = StackSettings["host"];
export type DataVolume = StackSettings["dataVolume"];
export type OffsiteSettings = StackSettings["offsite"];
export type BackupSettings = StackSettings["backups"];
export type EdgeSettings = StackSettings["edge"];
export type ServiceSettings = z.infer<typeof stateful> & { readonly replicas?: number };
