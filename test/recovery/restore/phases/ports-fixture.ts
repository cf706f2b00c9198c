import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalFiles } from "../../../../recovery/agent/restore/restore-files.ts";
import { LocalHost } from "../../../../recovery/host/local-host.ts";
import type { Head } from "../../../../recovery/lineage/head.ts";
import type { Inventory } from "../../../../catalog/inventory/inventory.ts";
import type { Manifest } from "../../../../recovery/point/manifest.ts";
import type { ProofRecord } from "../../../../recovery/proof/proof-record.ts";
import {
  HeadChanged,
  type RestorePorts,
  type ServiceContainer,
} from "../../../../recovery/restore/phases/ports.ts";
import type { Asked } from "../../../../recovery/restore/phases/phase.ts";
import type { ChosenPoint } from "../../../../recovery/restore/plan/restore-plan.ts";
import { newPoint } from "./findings-fixture.ts";

/** What the fake point holds: directory → file → content. */
const content: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  mongo: { "orders.sqlite": "restored orders", "journal/0001": "j" },
  redis: { "appendonly.aof": "restored keys" },
};

export function manifest(): Manifest {
  const store = (directory: string): Manifest["stores"][string] => {
    const files = Object.values(content[directory] ?? {});
    const bytes = files.reduce((sum, text) => sum + text.length, 0);
    return {
      canary: `mark-${directory}`,
      counts: {},
      version: "8.0.3",
      image: `registry/${directory}@sha256:aa`,
      directories: { [directory]: { files: files.length, bytes } },
    };
  };
  return {
    version: 1,
    point: newPoint.id,
    lineage: newPoint.lineage,
    generation: newPoint.generation,
    host: "host-old",
    stack: "prod",
    instant: newPoint.instant,
    pauseMs: 80,
    stores: {
      mongo: store("mongo"),
      redis: store("redis"),
    },
  };
}

/** Of a person who says nothing of the verification. */
export const nothingAsked: Asked = { accept: [], withoutProof: false };

/** An inventory with so many keys. */
export function inventoryOf(store: string, keys: number): Inventory {
  return {
    format: 1,
    store,
    version: "8.0.3",
    takenAt: "2026-11-20T03:15:00.000Z",
    finishedAt: "2026-11-20T03:15:01.000Z",
    entries: { "database/0/string": { kind: "keys", count: keys, options: { database: "0" } } },
    coverage: { hashed: keys, of: keys, bytes: keys, sampled: false },
    leftOut: [],
  };
}

/** The proof of a point whose stores have ten keys each. */
export function proofOf({ point, instant, stores }: Manifest): ProofRecord {
  const provenStores = Object.entries(stores).map(([store, { image }]) => {
    const inventory = inventoryOf(store, 10);
    return [store, { seconds: 1, image, coverage: inventory.coverage, inventory }] as const;
  });
  const at = "2026-11-20T03:15:01.000Z";
  return { point, instant, at, ok: true, stores: Object.fromEntries(provenStores), problems: [] };
}

/** A host in a scratch folder: real files and journal, fake engine, bucket and stores. `trouble` fails the named call. */
export class ScratchHost {
  readonly root: string;
  readonly calls: string[] = [];
  readonly replicas = new Map([
    ["mongo", 1],
    ["redis", 1],
  ]);
  manifest: unknown = manifest();
  /** Name of a call → what it throws, once or always. */
  trouble = new Map<string, Error>();
  head: { head: Head; etag: string } | null;
  /** Whether the head is this machine's writing, not a clone's. */
  wroteHead = true;
  canary: string | null = null;
  locked = false;
  withoutManifest = false;
  version = "8.0.3";
  /** What is known of the point: as if it had been proven. */
  proof: ProofRecord | null = proofOf(manifest());
  /** What a proof on the kept copy finds. */
  proven: ProofRecord = proofOf(manifest());
  /** Store → keys that it holds; a point holds ten. */
  keys = new Map([
    ["mongo", 10],
    ["redis", 10],
  ]);
  leaveOut: string | null = null;
  /** What the point holds beside `content`. */
  also: typeof content = {};
  #now = Date.parse("2026-11-20T03:20:00.000Z");

  constructor(root: string, head: Head) {
    this.root = root;
    this.head = { head, etag: '"e1"' };
  }

  static async make(head: Head): Promise<ScratchHost> {
    const root = await mkdtemp(join(tmpdir(), "kaleem-restore-"));
    const host = new ScratchHost(root, head);
    await host.write("live/mongo/orders.sqlite", "present orders");
    await host.write("live/redis/appendonly.aof", "present keys");
    return host;
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  async write(path: string, text: string): Promise<void> {
    const whole = join(this.root, path);
    await mkdir(join(whole, ".."), { recursive: true });
    await writeFile(whole, text);
  }

  get ports(): RestorePorts {
    const at = (path: string): string => join(this.root, path);
    const clock = new LocalHost();
    clock.now = () => new Date((this.#now += 250));
    return {
      host: clock,
      paths: {
        live: at("live"),
        incoming: at("incoming"),
        replaced: at("replaced"),
        lineage: at("lineage.json"),
        agentState: at("state"),
        metrics: at("metrics"),
      },
      stores: [
        { name: "mongo", directories: ["mongo"] },
        { name: "redis", directories: ["redis"] },
      ],
      files: new LocalFiles(),
      repository: {
        inside: "srv/point",
        manifest: async () => (this.withoutManifest ? null : JSON.stringify(this.manifest)),
        fetch: (point, target, onProgress, only) => this.#fetch(point, target, onProgress, only),
      },
      services: {
        scale: async (service, replicas) => {
          this.#call(`scale ${service} ${replicas}`);
          this.replicas.set(service, replicas);
        },
        containers: async (service) => this.#containers(service),
      },
      access: {
        resetUsers: async (store) => this.#call(`resetUsers ${store}`),
        canary: async (store) => {
          this.#call(`canary ${store}`);
          return this.canary ?? `mark-${store}`;
        },
        version: async () => this.version,
      },
      inventories: {
        recorded: async () => this.proof,
        keepCopy: async (from, directories, to) => {
          this.#call("keep copy");
          for (const name of directories)
            await cp(join(from, "files", name), join(to, "files", name), { recursive: true });
        },
        prove: async () => {
          this.#call("prove");
          this.proof = this.proven;
          return this.proven;
        },
        take: async (store) => {
          this.#call(`take ${store}`);
          return inventoryOf(store, this.keys.get(store) ?? 0);
        },
      },
      closing: {
        close: async () => {
          this.#call("close");
          return "edge at 503, api stopped";
        },
        open: async () => {
          this.#call("open");
          return "api at 2 replicas, edge open";
        },
      },
      head: {
        read: async () => this.head,
        wrote: async () => this.wroteHead,
        replace: async (head, etag) => {
          this.#call("claim");
          if (etag !== (this.head?.etag ?? null)) throw new HeadChanged();
          this.head = { head, etag: '"e2"' };
        },
      },
      points: {
        take: async () => {
          this.#call(this.locked ? "point while locked" : "point");
          return "20261120T032100Z-0001";
        },
        ship: async () => this.#call("ship"),
      },
      lockData: async () => {
        this.#call("lock");
        this.locked = true;
        return async () => {
          this.calls.push("unlock");
          this.locked = false;
        };
      },
      pause: async (milliseconds) => void (this.#now += milliseconds),
    };
  }

  #containers(service: string): ServiceContainer[] {
    const count = this.replicas.get(service) ?? 0;
    const image = `registry/${service}@sha256:aa`;
    return Array.from({ length: count }, (_, index) => ({
      id: `${service}-${index}`,
      image,
      health: "healthy" as const,
    }));
  }

  async #fetch(
    point: ChosenPoint,
    target: string,
    onProgress: (progress: { bytes: number; totalBytes: number }) => void,
    only: readonly string[] | null,
  ) {
    this.#call(`fetch ${point.snapshot}`);
    const inside = join(target, "srv/point");
    const put = async (path: string, text: string): Promise<void> => {
      await mkdir(join(inside, path, ".."), { recursive: true });
      await writeFile(join(inside, path), text);
    };
    for (const [directory, files] of Object.entries({ ...content, ...this.also })) {
      if (directory === this.leaveOut || only?.includes(directory) === false) continue;
      for (const [name, text] of Object.entries(files)) await put(`files/${directory}/${name}`, text);
    }
    await put("manifest.json", JSON.stringify(this.manifest));
    onProgress({ bytes: 30, totalBytes: 30 });
  }

  #call(name: string): void {
    this.calls.push(name);
    const trouble = this.trouble.get(name);
    if (trouble !== undefined) throw trouble;
  }
}
