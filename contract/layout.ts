/**
 * Where things live on a host. One owner for every path: components place them, the agent uses them.
 */
export const layout = {
  /** Mount point of the data filesystem (XFS with reflink). */
  dataRoot: "/srv/kaleem",
  /** The stores' live directories, bind-mounted into containers. */
  live: "/srv/kaleem/live",
  /** The newest copy; a constant path, so that restic finds its parent snapshot. */
  point: "/srv/kaleem/points/current",
  /** What the newest copy is a copy of: the live tree as it was seen; absent while the copy is being changed. */
  pointIndex: "/srv/kaleem/points/index",
  /** The same for what is copied while its store runs. */
  runningIndex: "/srv/kaleem/points/running-index",
  /** A clone of the newest copy while it is being proven; gone otherwise. Same filesystem as `point`, so that it costs nothing. */
  proof: "/srv/kaleem/proof",
  /** What the test of a restore has fetched, while it is at work; gone otherwise. Same filesystem as `live`, as a restore's is. */
  restoreTest: "/srv/kaleem/restore-test",
  /** `{lineage, generation, host}` of this data root; its absence means "without a lineage". */
  lineage: "/srv/kaleem/lineage.json",
  /** The lineage that is being founded here, on the data root itself: a run that was killed is recognised by it, a lost disk is not. */
  founding: "/srv/kaleem/lineage.json.seeding",
  /** Where a restore unpacks before it places; same filesystem as `live`, so placing is a rename. */
  incoming: "/srv/kaleem/staging",
  /** Where a restore moves what it replaces, by its id; kept until a person gives it up by that name. */
  replaced: "/srv/kaleem/replaced",
  /** Files of an import on their way into the stores, one folder each; gone when it ends. In no recovery point. */
  imports: "/srv/kaleem/imports",
  /** What monitoring keeps: metrics, logs, traces. On the data filesystem, in no recovery point. */
  history: "/srv/kaleem/history",
  /** An empty directory on the system disk, with mount points inside: what the node exporter may see of the file systems. */
  filesystems: "/var/lib/kaleem/filesystems",
  /** An empty directory on the data filesystem, for the same. */
  dataProbe: "/srv/kaleem/probe",
  /** Local restic repository: on the system disk, apart from the data volume. */
  repository: "/var/backups/kaleem/repository",
  resticCache: "/var/cache/kaleem/restic",
  /** Backing file of the data filesystem when there is no device for it. */
  loopFile: "/var/lib/kaleem/data.img",
  /** The agent's own memory: last point, last shipping, restore journal, reports. */
  agentState: "/var/lib/kaleem/agent",
  config: "/etc/kaleem/agent.json",
  secrets: "/etc/kaleem/secrets",
  /** One file for each of a store's users: `<store>-<name>`, as its definition's `userSecrets` names them. */
  userSecrets: "/etc/kaleem/secrets/users",
  resticPassword: "/etc/kaleem/secrets/restic-password",
  /** Where the jobs tell a dead-man's-switch service how they end; there when the settings ask for it. */
  pingUrl: "/etc/kaleem/secrets/ping-url",
  /** AWS shared-credentials file with the profile `default`. */
  offsiteCredentials: "/etc/kaleem/secrets/offsite-credentials",
  /** The stack file, its secrets encrypted with the passphrase: shipped off-site so that a bucket and a passphrase suffice. */
  offsiteStackFile: "/etc/kaleem/escrow/stack.yaml",
  /** The stack's file as only the recovery kit opens it: shipped off-site instead, where the stack names a kit. */
  sealedStackFile: "/etc/kaleem/escrow/stack.age",
  /** nginx's configuration and keys, bind-mounted read-only as one directory. */
  edge: "/etc/kaleem/edge",
  /** While this file is there the edge answers 503 (its own health endpoints aside). nginx looks for it at each request. */
  closed: "/etc/kaleem/edge/fence/closed.conf",
  /** While this file is there the edge answers 503 to what writes, and goes on with what reads. */
  readOnly: "/etc/kaleem/edge/fence/read-only.conf",
  agentBundle: "/usr/local/lib/kaleem/agent.mjs",
  /** A restic that was brought along; absent where the distribution's is new enough. Beside it, what `sha256sum --check` reads. */
  restic: "/usr/local/lib/kaleem/restic",
  /** Executable wrapper around the bundle. */
  agentCommand: "/usr/local/bin/kaleem-agent",
  runtime: "/run/kaleem",
  /** What a store that is being proven reads, its secrets included; in memory, and gone afterwards. */
  proofFiles: "/run/kaleem/proof",
  /** How dumps ended that are on their way into the repository: one file each, gone with its run. */
  dumpOutcomes: "/run/kaleem/dumps",
  /** What the host has seen of deployments: which image each service was given, when, and how that ended. */
  deployments: "/var/lib/kaleem/deployments",
  /** How far the oplog is off-site, and the slice that is on its way there. */
  oplog: "/var/lib/kaleem/oplog",
  /** What the jobs' runs said, until it is in the bucket. */
  runLogs: "/var/lib/kaleem/agent/run-logs",
  /** How proofs ended: one file a point. */
  proofs: "/var/lib/kaleem/agent/proofs",
  /** Of which points the bucket has the proof. */
  shippedProofs: "/var/lib/kaleem/agent/shipped-proofs.json",
  /** Containers that a point has paused, one id a line; read by ExecStopPost. */
  paused: "/run/kaleem/paused",
  locks: "/run/lock/kaleem",
  /** node exporter's textfile directory (Debian's default). */
  metrics: "/var/lib/prometheus/node-exporter",
} as const;

/** Where the password of a store's user lies. */
export function userSecretFile(store: string, name: string): string {
  return `${layout.userSecrets}/${store}-${name}`;
}

/** Where the edge tells its own counters (`/stub_status`): inside its container and on the overlay network, published nowhere. */
export const edgeStatusPort = 8081;

/**
 * What the bucket's lock belongs on, below the configured prefix: written once, and never changed. `restic/index/`, `restic/locks/`,
 * `lineage/` and `catalogue/` must stay free: they are changed, or removed, by every run.
 */
export const lockedPrefixes = [
  "restic/data/",
  "restic/snapshots/",
  "restic/keys/",
  "restic/config",
  "kit/",
  "images/",
  "oplog/",
  "drills/",
] as const;

/** Keys in the off-site bucket, below the configured prefix. */
export const bucketLayout = {
  /** restic's repository. */
  repository: "restic",
  /** The lineage's head record; changed by conditional write only. */
  head: "lineage/head.json",
  /** The newest encrypted stack file: with the passphrase, all an operator needs. */
  stackFile: "kit/stack.yaml",
  /** Which of the sealed ones below is the newest: a note, since the bucket's lock holds what is below `kit/`. */
  newestSealedFile: "lineage/sealed-stack-file.json",
  /** When a recovery kit was last checked, and of which keys. */
  kitCheck: "lineage/kit-check.json",
  /** Every stack file that was ever shipped, each under the digest of its content; written once. */
  stackFileVersions: "kit/versions",
  /** What the jobs' runs said: `<job>/<day>/<time>-<exit code>.log`; removed by the shipping once they are old. No lock may lie on it. */
  logs: "logs",
  /** Which of them is the newest: where the bucket's lock holds `kit/`, the file above cannot be replaced. */
  newestStackFile: "lineage/stack-file.json",
  /** The states of machines that were lost, each under the name that it is kept by; written once, secrets encrypted. */
  lostStates: "states",
  /** What points there are, in one read. */
  pointCatalogue: "catalogue/points.json",
  /** The images that services run: `blobs/sha256/<SHA-256>`, and `records/<digest>.json` for each that is whole; written once. */
  images: "images",
  /** Since when each image has run here, and until when; replaced by each run. */
  imageTimes: "catalogue/images.json",
  /** MongoDB's oplog in slices, `<lineage>/<generation>/<day>/…`, each sealed and written once. Outside the repository. */
  oplog: "oplog",
  /** How drills ended: one signed entry each, by its number; written once. Operators append, a host only reads. */
  drills: "drills",
  /** What proven points hold, one object a point, sealed with the repositories' password: names are nobody else's business. */
  proofs: "lineage/proofs",
} as const;
