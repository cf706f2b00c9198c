import { z } from "zod";
import type { ServiceDefinition } from "../services/definition.ts";
import { isApplication } from "../services/is-application.ts";
import * as field from "./fields.ts";

/*
 * What each key means is said here and nowhere else: `npm run generate` makes docs/config.md and the editors' schema of
 * it. A description says what the key does; its form and unit come from the field, the default from the schema.
 */

const host = z
  .strictObject({
    kind: z
      .literal("ssh", { error: "expected ssh, the only kind of host so far" })
      .describe("A Debian 12/13 or Ubuntu 24.04 with systemd that root reaches over SSH."),
    address: field.hostname.describe("Where the machine answers."),
    port: field.port.default(22).describe("Port of sshd."),
    user: field.userName
      .default("root")
      .describe("Who to log in as: root, or a user that may do all that root may."),
    hostKey: field.hostKey.describe(
      "The machine's public key, pinned: another key at this address is refused, and counts as another machine. " +
        "A new machine has a new key: give it a fresh stack, then restore.",
    ),
    privateKeyFile: field.path.describe("The key to log in with. It stays on this computer."),
    knownHostsFile: field.path.describe(
      "Holds the same host key, for the ssh client under the Docker provider.",
    ),
    insecureRegistries: z
      .array(field.registry, { error: "expected a list of addresses" })
      .default([])
      .describe(
        "Registries that Docker on the machine may speak plain HTTP to. A change restarts Docker, and with it every service.",
      ),
  })
  .describe("The machine that everything runs on.");

const dataVolume = z
  .discriminatedUnion(
    "kind",
    [
      z.strictObject({
        kind: z.literal("loop").describe("A file on the machine's system disk, formatted as XFS."),
        sizeGiB: field.sizeGiB.describe("Size of the file. It may grow later, never shrink."),
      }),
      z.strictObject({
        kind: z
          .literal("device")
          .describe("A volume of its own; one that holds anything is never formatted."),
        device: field.device.describe("The volume, by a name that stays the same across restarts."),
      }),
    ],
    { error: "expected {kind: loop, sizeGiB: …} or {kind: device, device: …}" },
  )
  .describe("Where the stores' files live.");

const offsite = z
  .strictObject({
    endpoint: field.endpoint.describe("The S3 service's address."),
    bucket: field.bucket.describe("The bucket. It must exist, away from the machine and its provider."),
    prefix: field.keyPrefix.default("").describe("Below which everything of this stack lies in the bucket."),
    region: field.region.default("auto").describe("The bucket's region, as its provider names it."),
  })
  .describe("The bucket from which a lost platform comes back.");

const keep = z
  .strictObject({
    within: field.duration.describe("Every point younger than this is kept."),
    daily: field.count.describe("One point a day is kept, for so many days."),
    weekly: field.count.describe("One point a week is kept, for so many weeks."),
    monthly: field.count.describe("One point a month is kept, for so many months."),
  })
  .describe("Which recovery points are kept in the machine's own repository; the newest always is.");

const backups = z
  .strictObject({
    pointEvery: field.interval.describe(
      "How often a recovery point is taken. A total loss costs at most this, plus shipEvery, plus the time both take.",
    ),
    shipEvery: field.interval.describe("How often new points go off-site."),
    pauseLimit: field.duration
      .default("2s")
      .describe(
        "Longest time that the stores stand still for a point; a point that needs more fails instead.",
      ),
    shipTimeout: field.duration
      .default("4m")
      .describe("After which a shipping is given up until the next one."),
    keep,
  })
  .describe("Recovery points: how often, and how long they are kept.");

const certificate = field.certificates.describe(
  "The server's own certificate, then that of each one's issuer. Public, so it may stand here, and is escrowed with the rest.",
);
const tls = z
  .discriminatedUnion(
    "kind",
    [
      z.strictObject({
        kind: z
          .literal("self-signed")
          .describe(
            "Made on the machine, and new on each machine. Clients trust it only if they are told to.",
          ),
      }),
      z.strictObject({
        kind: z
          .literal("files")
          .describe(
            "A certificate of an authority that clients trust. Its key is the secret `edge-tls-key`.",
          ),
        certificate,
      }),
      z.strictObject({
        kind: z
          .literal("cloudflare-origin")
          .describe(
            "A certificate of Cloudflare's origin authority, behind its proxy. Its key is the secret `edge-tls-key`.",
          ),
        certificate,
        clientAuthority: field.certificates
          .optional()
          .describe(
            "Who signs the certificates that Cloudflare shows here (authenticated origin pulls): any other client gets 403.",
          ),
      }),
    ],
    {
      error:
        "expected {kind: self-signed}, {kind: files, certificate: …} or {kind: cloudflare-origin, certificate: …}",
    },
  )
  .describe("What the edge proves itself with. Plain HTTP is sent on to HTTPS in every case.");

const edge = z
  .strictObject({
    serverName: field.hostname.describe(
      "The name that clients ask for, which the certificate must carry. A change makes a new self-signed certificate.",
    ),
    tls,
    maxBody: field.byteSize.default("10MiB").describe("Largest request body; a larger one gets 413."),
  })
  .describe("Nginx in front of the API.");

const page = z
  .strictObject({
    kind: z
      .literal("pagerduty")
      .describe("PagerDuty's Events API v2; the secret `alert-page-key` is its routing key."),
  })
  .describe("Who is woken by SEV1 and SEV2 alerts. Left out, nobody is.");
const chat = z
  .strictObject({
    kind: z
      .literal("slack")
      .describe("An incoming webhook of Slack, or of what speaks as it: the secret `alert-chat-url`."),
  })
  .describe("Where every alert is told. Left out, nowhere.");
const heartbeat = z
  .strictObject({
    kind: z
      .literal("webhook")
      .describe("A webhook that is called every minute: the secret `alert-heartbeat-url`."),
  })
  .describe(
    "A service elsewhere that says so when it hears nothing: alerting itself has died. Left out, nobody would say so.",
  );
const mail = z
  .strictObject({
    server: field.registry.describe("The SMTP server that takes the mail; it must offer STARTTLS."),
    from: field.mailAddress.describe("Whom the mail comes from."),
    to: field.mailAddress.describe("Who gets it."),
    user: field.mailAddress.describe("Who logs in to the server, with the secret `alert-mail-password`."),
  })
  .describe("Mail for SEV3 alerts. Left out, none is sent.");

const monitoring = z
  .strictObject({
    page: page.optional(),
    chat: chat.optional(),
    mail: mail.optional(),
    heartbeat: heartbeat.optional(),
  })
  .default({})
  .describe("Where alerts go. Alertmanager has them in every case.");

const stateful = z.strictObject({
  memory: field.byteSize.describe(
    "Most memory that one replica may have; beyond it the replica is killed and started again.",
  ),
  cpus: field.cpus.describe("Most CPU time that one replica may have."),
});
const stateless = stateful.extend({
  replicas: field.replicas.describe(
    "How many run at once. Only applications have a choice; a store has one, and so has each part of monitoring.",
  ),
});

/** A service that may be left out has two keys more. What serves no customer, monitoring, is there once as a store is. */
function slice(definition: ServiceDefinition) {
  const { optional } = definition;
  const shape = isApplication(definition) ? stateless : stateful;
  if (optional === undefined) return shape;
  return shape.extend({
    enabled: field.flag
      .default(optional.enabledByDefault)
      .describe(
        "Whether it runs at all. Switched off, it keeps its data, which no new recovery point holds.",
      ),
    offBecause: field.reason
      .optional()
      .describe(
        "Why it is switched off, told by `npm run status`; `npm run up` says so of an image that cannot be had.",
      ),
  });
}

/** The services' block: what each page of the catalog lets the stack file decide. The edge has its own block and one replica. */
function services(catalog: readonly ServiceDefinition[]) {
  const slices = catalog.map((definition) => [
    definition.name,
    slice(definition).describe(`What ${definition.name} may use.`),
  ]) as [string, typeof stateful | typeof stateless][];
  return z.strictObject(Object.fromEntries(slices)).describe("What each service of the catalog may use.");
}

/** The shape of `Pulumi.<stack>.yaml`, secrets apart. Strict: a key that nothing reads is an error. */
export function stackConfigSchema(catalog: readonly ServiceDefinition[]) {
  return z.strictObject({
    host,
    imageLock: field.path.describe(
      "The file that fixes every image by digest, relative to the repository's root.",
    ),
    dataVolume,
    fenced: field.flag.describe(
      "Holds every application at zero replicas while data has still to be restored.",
    ),
    offsite,
    backups,
    services: services(catalog),
    edge,
    monitoring,
  });
}

export type StackSettings = z.infer<ReturnType<typeof stackConfigSchema>>;
export type HostSettings = StackSettings["host"];
export type DataVolume = StackSettings["dataVolume"];
export type OffsiteSettings = StackSettings["offsite"];
export type BackupSettings = StackSettings["backups"];
export type EdgeSettings = StackSettings["edge"];
export type ServiceSettings = z.infer<typeof stateful> & {
  readonly replicas?: number;
  readonly enabled?: boolean;
  readonly offBecause?: string;
};
