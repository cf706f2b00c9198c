import type { Inventory } from "../../../catalog/inventory/inventory.ts";
import type { HostPort } from "../../host/host-port.ts";
import type { Measured, RestoredStore } from "../verify/check-manifest.ts";
import type { Head } from "../../lineage/head.ts";
import type { Manifest } from "../../point/manifest.ts";
import type { ProofRecord } from "../../proof/proof-record.ts";
import type { ChosenPoint } from "../plan/restore-plan.ts";

/** Paths that a restore touches; `layout` in production, a scratch folder in tests. */
export interface RestorePaths {
  readonly live: string;
  readonly incoming: string;
  readonly replaced: string;
  readonly lineage: string;
  readonly agentState: string;
  readonly metrics: string;
}

/** The data filesystem. */
export interface FilesPort {
  /** Names in a folder, sorted; empty when there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  exists(path: string): Promise<boolean>;
  /** Counted exactly as a point's manifest counts. */
  measure(folder: string): Promise<Measured>;
  /** Space that a tree takes, in bytes; 0 when it is absent. */
  usedBytes(path: string): Promise<number>;
  /** Space that can still be used on the file system that a path lies on, or will, in bytes. */
  freeBytes(path: string): Promise<number>;
  /** Durable when it returns; makes the target's parent folder. */
  move(from: string, to: string): Promise<void>;
  /** The whole tree; nothing when it is absent. */
  remove(path: string): Promise<void>;
}

/** How far a fetch is. */
export interface FetchProgress {
  readonly bytes: number;
  readonly totalBytes: number;
}

/** The repository that holds the point. */
export interface FetchPort {
  /** Path below a fetch's target at which the point's files come to lie. */
  readonly inside: string;
  /** The point's manifest alone, before anything is unpacked; null when it has none. */
  manifest(point: ChosenPoint): Promise<string | null>;
  /**
   * Unpacks the point into `target`; takes up again what an earlier run left there.
   * @param only these of its directories, and its manifest; null for all of it
   */
  fetch(
    point: ChosenPoint,
    target: string,
    onProgress: (progress: FetchProgress) => void,
    only: readonly string[] | null,
  ): Promise<void>;
}

/** A container of a service on this host, running or paused. */
export interface ServiceContainer {
  readonly id: string;
  /** Reference with digest, as the service was declared. */
  readonly image: string;
  /** Docker's word, such as `healthy`; `none` without a health check. */
  readonly health: string;
}

/** The Swarm's services on this host. */
export interface ServicesPort {
  scale(service: string, replicas: number): Promise<void>;
  containers(service: string): Promise<readonly ServiceContainer[]>;
}

/** The stores, asked from inside their network namespace. Every call throws when the store does not answer. */
export interface StoresPort {
  resetUsers(store: string): Promise<void>;
  canary(store: string): Promise<string | null>;
  version(store: string): Promise<string>;
}

/** What points hold, and what the restored stores hold. */
export interface InventoriesPort {
  /**
   * What is known of the point: its proof on this host, or the one that the host which took it has shipped. Null when there is none, or
   * none that can be read.
   */
  recorded(point: ChosenPoint): Promise<ProofRecord | null>;
  /** Keeps a copy of these directories below `from`, at `to` and at no cost of space; whole, or not there at all. */
  keepCopy(from: string, directories: readonly string[], to: string): Promise<void>;
  /**
   * Proves the point on a kept copy, which stays as it is; the stores run. What it finds is recorded, stores that are not proven too.
   * @throws RecoveryError when it cannot be done at all
   */
  prove(manifest: Manifest, copy: string): Promise<ProofRecord>;
  /** What a restored store holds now; looked at as for `like`, so that the two can be compared. */
  take(store: string, like: Inventory): Promise<Inventory>;
}

/** Closes the platform to customers, or one store to what uses it, and opens it. Both say in words what they did, and return when the effect is there. */
export interface ClosingPort {
  /** Edge to 503, applications to zero replicas and gone; of one store, nobody but the agent reaches it from its next start on. */
  close(): Promise<string>;
  /** Applications to their replicas and healthy, edge open; of one store, it runs as its service and is healthy. */
  open(): Promise<string>;
}

/** The bucket's head record. */
export interface HeadPort {
  read(): Promise<{ readonly head: Head; readonly etag: string } | null>;
  /** Conditional: null means "only if there is none". Throws HeadChanged when another got there first. */
  replace(head: Head, etag: string | null): Promise<void>;
  /** True when this machine wrote that head, and no clone of it did; a head that an older agent wrote is taken for its own. */
  wrote(head: Head): Promise<boolean>;
}

/** Thrown by HeadPort.replace when the head is no longer the one it was to replace. */
export class HeadChanged extends Error {
  constructor() {
    super("the head record was changed by another host meanwhile");
    this.name = "HeadChanged";
  }
}

/** Taking and shipping points, as the timers do. */
export interface PointsPort {
  /** Takes one now; its id. */
  take(): Promise<string>;
  /** Starts shipping without waiting for its end. */
  ship(): Promise<void>;
}

/** Everything that a restore acts through. */
export interface RestorePorts {
  readonly host: HostPort;
  readonly paths: RestorePaths;
  readonly stores: readonly RestoredStore[];
  readonly files: FilesPort;
  readonly repository: FetchPort;
  readonly services: ServicesPort;
  readonly access: StoresPort;
  readonly inventories: InventoriesPort;
  readonly closing: ClosingPort;
  readonly head: HeadPort;
  readonly points: PointsPort;
  /** Keeps points away from the data root while it is being replaced; gives the release. */
  lockData(): Promise<() => Promise<void>>;
  /** Waits between two looks at something that is not ready yet. Throws once the restore was asked to stop. */
  pause(milliseconds: number): Promise<void>;
}
