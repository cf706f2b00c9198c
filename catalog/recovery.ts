import type { Grants } from "../contract/grants.ts";
import type { Inventory, InventoryRequest } from "./inventory/inventory.ts";
import type { Oplog } from "./oplog/oplog.ts";
import type { Portable } from "./portable/portable.ts";
import type { Duration } from "./quantities.ts";
import type { StoreNumber } from "./store-number.ts";

/** Where a store answers, and with which secrets: name under /run/secrets, or in `userSecrets`, → value. */
export interface StoreAddress {
  readonly host: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** What the applications' user is to be allowed. Left out: nothing. */
  readonly grants?: Grants;
}

/** How files that no engine of ours reads are brought back: copied while nobody writes to them, and proven by what they are. */
export interface FilesRecovery {
  readonly objectives: { readonly rpo: Duration; readonly rto: Duration };
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
   * Whether the engine of version `present` starts on the files that version `held` has written, both as `version` says them: judged
   * before a restore touches anything. Pure. Null when it does; else why not, a sentence's part without its full stop.
   */
  readonly follows: (held: string, present: string) => string | null;
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
   * How it refuses writes and goes on reading, while the data volume is at its reserve. What the agent writes, such as canaries and users,
   * must get through. Both may be called again. Left out: it knows no such state, or has a limit of its own.
   */
  readonly writes?: {
    /** What `allow` needs to let it write as before; null when nothing is needed, or nothing was changed. */
    refuse(client: Client): Promise<string | null>;
    allow(client: Client, kept: string | null): Promise<void>;
  };
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
   * Everything that the store holds, whoever made it: names, options, counts and digests. Reads content within the request's limits
   * and no more; what it leaves unread is told. Throws when the store stops answering, never for what it finds there.
   */
  inventory(client: Client, request: InventoryRequest): Promise<Inventory>;
  /** How data that others have written is loaded: `./kaleem import`. Left out: nothing can be imported into it yet. */
  readonly portable?: Portable<Client>;
  /** Its log of changes, by which a point is rolled forward to a second. Left out: the store keeps none that can be read. */
  readonly oplog?: Oplog<Client>;
  /** Sets the store's users to the present secrets after a restore of older data. */
  resetUsers(client: Client): Promise<void>;
}
