import type { StackSettings } from "../config/schema.ts";
import type { StoreNumber } from "./store-number.ts";

/**
 * What a service is, said once. Pure: no Pulumi import. `SwarmService` turns a definition into resources, the agent
 * turns the same page into recovery points and restores, tests and docs read it too.
 */

/** A size with its unit, such as `512MiB`. */
export type ByteSize = `${number}${"KiB" | "MiB" | "GiB"}`;

/** A span of time with its unit, such as `500ms`, `5s` or `30m`. */
export type Duration = `${number}${"ms" | "s" | "m" | "h"}`;

/** What a file that is made for a service may depend on. */
export interface PlatformFacts {
  readonly stack: string;
  /** Every service of the stack, its edge included. */
  readonly catalog: readonly ServiceDefinition[];
  readonly settings: StackSettings;
}

/** The key of a secret in the stack configuration, such as `redis-password`. */
export type SecretName = string;

/** A secret that is never drawn at random: its form, and which settings ask for it. */
export interface GivenSecret {
  readonly form: "credential" | "url";
  readonly onlyWhen: { readonly says: string; readonly holds: (settings: StackSettings) => boolean };
}

/** How Swarm learns that a task answers. Health means "answers with its own password", not "is primary". */
export interface Health {
  /** Run inside the container; exit 0 is healthy. Must fail on a wrong password. */
  readonly argv: readonly string[];
  readonly every: Duration;
  readonly timeout: Duration;
  readonly retries: number;
  /** Failures within this time do not count. At least 30 min for stores: a long crash recovery must not be killed. */
  readonly startPeriod: Duration;
}

/**
 * How a secret is changed: `live`, with old and new valid side by side until nobody uses the old one; `restart`, with its store
 * stopped and started for it; or `never`, with the reason.
 */
export type Rotation = "live" | "restart" | `never: ${string}`;

/** What both kinds of service have in common. */
interface Service {
  /** Unique; also the Swarm service, the DNS name and the container's hostname. */
  readonly name: string;
  /** Key in the image lock; the digest lives there. */
  readonly image: string;
  /** Replaces the image's own entry point when given. */
  readonly entrypoint?: readonly string[];
  readonly args?: readonly string[];
  /** `uid:gid`, valid for the upstream image and for its stand-in. */
  readonly user: string;
  /** Port name → port inside the overlay network. None is published. */
  readonly ports: Readonly<Record<string, number>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Name under /run/secrets → key in the stack configuration. */
  readonly secrets?: Readonly<Record<string, SecretName>>;
  /**
   * Environment variable → a user of a store, by the secret that is its password: `loginName(user, password)`. For stores
   * whose users have one password each: a new password then is a new login beside the old one.
   */
  readonly logins?: Readonly<Record<string, { readonly user: string; readonly secret: SecretName }>>;
  /** How a secret is rotated, where it is not as `rotationOf` says of all others. Said once, by the service that it belongs to. */
  readonly rotation?: Readonly<Record<SecretName, Rotation>>;
  /**
   * Secret → the one that keeps its former value, both of `secrets`: for a store that takes either, and learns them when it starts.
   * So that applications which still have the former one are not refused while a rotation is under way.
   */
  readonly formerSecrets?: Readonly<Record<SecretName, SecretName>>;
  /** Of `secrets`, those that somebody else issues, and that the task gets only where the settings ask for them. */
  readonly givenSecrets?: Readonly<Record<SecretName, GivenSecret>>;
  /** Key in the stack configuration → what it is for. Said once, by the service that the secret belongs to. */
  readonly secretMeanings?: Readonly<Record<SecretName, string>>;
  /** Path in the container → file beside the definition, delivered as a Swarm config. */
  readonly files?: Readonly<Record<string, URL>>;
  /** Path in the container → text that is made of the whole platform, delivered as `files` are. Pure, and without secrets. */
  readonly generated?: Readonly<Record<string, (facts: PlatformFacts) => string>>;
  /** Path in the container → file or directory of the host that it sees and cannot write. */
  readonly reads?: Readonly<Record<string, string>>;
  readonly health: Health;
  readonly limits: { readonly memory: ByteSize; readonly cpus: number };
  /** Time between SIGTERM and SIGKILL. Always set: unset means none. */
  readonly stopGrace: Duration;
  /** Services that must answer before this one starts, beside the stores, which always must. A circle is refused. */
  readonly needs?: readonly string[];
  /** Set when the stack file may switch the service by `services.<name>.enabled`; always on otherwise. */
  readonly optional?: { readonly enabledByDefault: boolean };
  /** Where Prometheus asks: the name of a port, and the path there. */
  readonly metrics?: { readonly port: string; readonly path: string };
  /** Why the image's own files must stay writable. Left out, they are read-only. */
  readonly writableRoot?: string;
  /** Directories in memory for what is written and never kept: path in the container → largest size. */
  readonly scratch?: Readonly<Record<string, ByteSize>>;
  /** Linux capabilities that it keeps, such as `NET_BIND_SERVICE`; all others are dropped. */
  readonly capabilities?: readonly string[];
}

/** A service that keeps nothing. */
export interface StatelessDefinition extends Service {
  readonly kind: "stateless";
  /** Default number of replicas; the stack file may say otherwise. */
  readonly replicas: number;
  /** Why nothing of it has to be recovered, such as `none: rebuilt from its image`. */
  readonly recovery: `none: ${string}`;
  /**
   * Path in the container → directory below the host's history directory: what outlives a task and is in no recovery point,
   * since nothing that a customer gave is in it. Two tasks never share it: an update stops the old one first.
   */
  readonly history?: Readonly<Record<string, string>>;
  /** Runs while a closed stack's data is being restored, too, and starts before the stores are ready: it serves no customer. */
  readonly runsFenced?: true;
}

/** Where a store answers, and with which secrets: name under /run/secrets, or in `userSecrets`, → value. */
export interface StoreAddress {
  readonly host: string;
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * How a store is written to, asked and mended by the agent. `Client` is whatever its driver gives.
 * Every function gets an open client; the agent opens and closes it around a batch of calls.
 */
export interface Recovery<Client> {
  readonly objectives: { readonly rpo: Duration; readonly rto: Duration };
  /** Throws when the store refuses the secrets or does not answer within seconds. */
  connect(at: StoreAddress): Promise<Client>;
  close(client: Client): Promise<void>;
  /** The engine's own version, kept in the manifest. */
  version(client: Client): Promise<string>;
  /**
   * First start, and after a secret has changed: replica set, users. Idempotent. What users log in with until now stays valid:
   * applications that still run with it must not notice.
   */
  setup(client: Client): Promise<void>;
  /** The end of a rotation: takes away what `setup` has left valid beside the present secrets. Left out: nothing is left. */
  retire?(client: Client): Promise<void>;
  /**
   * A password that the store itself keeps, and that its task only proves: set in the running store just before the task is
   * replaced. `secret` is its name under /run/secrets. Left out: every secret of the task comes into effect by its start.
   */
  readonly administrator?: {
    readonly secret: string;
    set(client: Client, password: string): Promise<void>;
  };
  /**
   * How users are set in data that carries an older administrator's password: a start of the store's own image, with these
   * arguments, that asks nobody for a password and that nobody can reach, since it has no network.
   */
  readonly maintenance?: {
    readonly args: readonly string[];
    /** Whether an error of `connect` says that the administrator is refused. */
    refused(error: unknown): boolean;
    /** Gives the administrator its present password. Throws while the store does not answer yet. */
    unlock(at: StoreAddress): Promise<void>;
  };
  /** Whether the store lets the user of this secret in with this password; throws when it does not answer at all. How a rotation is proved. */
  accepts?(at: StoreAddress, secret: string, password: string): Promise<boolean>;
  /**
   * What the engine says of itself, for monitoring, twice a minute. Asked from the host, with the passwords of `userSecrets` alone.
   * Left out where it tells Prometheus itself (`metrics`) or an exporter does. Throws when the store does not answer in seconds.
   */
  measure?(at: StoreAddress): Promise<readonly StoreNumber[]>;
  /** A write that has survived a crash by the time `write` returns, and its read. */
  readonly canary: {
    write(client: Client, mark: string): Promise<void>;
    read(client: Client): Promise<string | null>;
  };
  /**
   * What is counted before and after the instant: the restored value must lie between. Null for what cannot be counted within
   * `limitMs`: it is then not compared, and a point does not wait for it.
   */
  counts(client: Client, limitMs: number): Promise<Counts>;
  /** Sets the store's users to the present secrets after a restore of older data. */
  reconcile(client: Client): Promise<void>;
  /** The orders with these ids, as this store has them; absent ones are left out. What a drill's ledger is held against. */
  orders(client: Client, ids: readonly string[]): Promise<ReadonlyMap<string, unknown>>;
  /** Why no order is ever here; `orders` is then not asked, and a lost order is not held against this store. */
  readonly holdsNoOrders?: string;
  /** The recorded webhooks with these ids; only the store that keeps them has this. What a smoke test asks. */
  webhooks?(client: Client, ids: readonly string[]): Promise<ReadonlyMap<string, unknown>>;
  /** The store where an order may be instead of here, such as the queue that an object is still to be made from. */
  readonly ordersMayBeIn?: string;
}

/** What is counted → how many; null when that cannot be told in time. */
export type Counts = Readonly<Record<string, number | null>>;

/** A service that keeps data. Leaving out `recovery` does not compile. */
export interface StatefulDefinition<Client = unknown> extends Service {
  readonly kind: "stateful";
  /** Path in the container → directory under the data root. */
  readonly data: Readonly<Record<string, string>>;
  /**
   * Passwords of users that the agent makes in the store: name → key in the stack configuration. The agent alone gets them, beside
   * the task's own (`StoreAddress.secrets`); the task has no need of them, so that changing one does not restart the store.
   */
  readonly userSecrets?: Readonly<Record<string, SecretName>>;
  /**
   * `after-instant`: files that are written once and pointed at by other stores. They are copied when the others run again, so a
   * copy holds at least what those point at, and this store is not paused. Left out: paused and copied with the others.
   */
  readonly copied?: "after-instant";
  /**
   * Directories, as `<data directory>/<path>`, whose content is left out of points because it is not finished yet, such as uploads
   * under way. Only with `after-instant`: a store that stands still is copied whole.
   */
  readonly unfinished?: readonly string[];
  readonly recovery: Recovery<Client>;
}

/** One page of the catalog. */
export type ServiceDefinition = StatelessDefinition | StatefulDefinition;

/** Defines a store; infers its client's type and then forgets it, so that the catalog is one plain list. */
export function defineStore<Client>(
  definition: Omit<StatefulDefinition<Client>, "kind">,
): StatefulDefinition {
  return { ...definition, kind: "stateful" } as unknown as StatefulDefinition;
}

/** Every secret that a page names: name → key. */
export function secretsOf(definition: ServiceDefinition): Readonly<Record<string, SecretName>> {
  return { ...definition.secrets, ...(definition.kind === "stateful" ? definition.userSecrets : {}) };
}

/** Defines a service without data of its own. */
export function defineStateless(definition: Omit<StatelessDefinition, "kind">): StatelessDefinition {
  return { ...definition, kind: "stateless" };
}
