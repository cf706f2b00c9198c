import { z } from "zod";
import { inventorySchema, type Inventory, type InventoryRequest } from "../../catalog/inventory/inventory.ts";
import { replayedSchema, type Replayed } from "../../catalog/oplog/oplog.ts";
import { positionSchema, type Position } from "../../catalog/oplog/position.ts";
import { toolCallSchema, type PortableSource, type ToolCall } from "../../catalog/portable/portable.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { Container } from "../docker/container.ts";
import type { Docker } from "../docker/docker.ts";
import { StoreChannel, type StoreChild } from "./store-channel.ts";

/** What an inventory may take beside the reading of content: names, options and counts are told in any case. */
const beyondContentMs = 600_000;

/** An open client to one store: canary, inventory and users, as the store's own definition of the catalog has them. */
export interface Store {
  readonly service: string;
  readonly container: Container;
  version(): Promise<string>;
  setup(): Promise<void>;
  retire(): Promise<void>;
  setAdministrator(password: string): Promise<void>;
  accepts(secret: string, password: string): Promise<boolean>;
  writeCanary(mark: string): Promise<void>;
  readCanary(): Promise<string | null>;
  /** Everything that it holds, see `Recovery.inventory`; takes minutes. */
  inventory(request: InventoryRequest): Promise<Inventory>;
  resetUsers(): Promise<void>;
  /** See `Portable.judge`. */
  judgeImport(source: PortableSource, timeoutMs: number): Promise<readonly string[]>;
  /** See `Portable.dump`: the tool to be run, or the dump itself. */
  dump(timeoutMs: number): Promise<ToolCall | string>;
  /** See `Portable.load`, by the client. */
  loadImport(source: PortableSource, file: string, timeoutMs: number): Promise<void>;
  /** See `Recovery.writes`. */
  refuseWrites(): Promise<string | null>;
  allowWrites(kept: string | null): Promise<void>;
  /** See `Oplog.position`; null too for a store that keeps no oplog. */
  oplogPosition(before?: Position): Promise<Position | null>;
  /** See `Oplog.has`. */
  oplogHas(position: Position): Promise<boolean>;
  /** See `Oplog.tool`. */
  oplogTool(): Promise<ToolCall | null>;
  /** See `Oplog.apply`. */
  replayOplog(file: string, timeoutMs: number): Promise<Replayed>;
  close(): Promise<void>;
}

/** How stores are reached; tests give another. */
export interface StoreOpening extends StoreChild {
  readonly docker: Docker;
}

/** The running bundle, as a child starts it again. */
export const thisProgram: readonly string[] = [process.execPath, process.argv[1] ?? ""];

/**
 * Opens a store by entering its task's network namespace: no port is published for us, and the password is the task's own secret.
 * @throws RecoveryError `storeDown` naming the store when it does not run or does not answer.
 */
export async function openStore(service: string, opening: StoreOpening): Promise<Store> {
  const [container] = await opening.docker.containersOf(service);
  if (container === undefined || container.pid <= 0) {
    throw new RecoveryError(
      exitCodes.storeDown,
      `Store ${service} does not run on this host: see \`docker service ps ${service} --no-trunc\`.`,
    );
  }
  return openStoreAt(service, container, opening);
}

/**
 * Opens a store in this container, which may be none of the platform's tasks.
 * @param secrets The present ones. Left out: the task's own, and those of the host's files.
 * @throws RecoveryError `storeDown` when it does not answer; `StoreRefused` when it refuses its administrator.
 */
export async function openStoreAt(
  service: string,
  container: Container,
  child: StoreChild,
  secrets?: Readonly<Record<string, string>>,
): Promise<Store> {
  const channel = new StoreChannel(service, container.pid, child, secrets === undefined ? {} : { secrets });
  try {
    await channel.answer();
  } catch (error) {
    await channel.close();
    throw error;
  }
  return {
    service,
    container,
    version: async () => z.string().parse(await channel.ask({ op: "version" })),
    setup: () => channel.tell({ op: "setup" }),
    retire: () => channel.tell({ op: "retire" }),
    setAdministrator: (password) => channel.tell({ op: "setAdministrator", password }),
    accepts: async (secret, password) =>
      z.boolean().parse(await channel.ask({ op: "accepts", secret, password })),
    writeCanary: (mark) => channel.tell({ op: "writeCanary", mark }),
    readCanary: async () =>
      z
        .string()
        .nullable()
        .parse(await channel.ask({ op: "readCanary" })),
    inventory: async ({ bytes, ms, like, disposable = false }) =>
      inventorySchema.parse(
        await channel.ask(
          { op: "inventory", bytes, ms, disposable, ...(like === undefined ? {} : { like }) },
          ms + beyondContentMs,
        ),
      ),
    resetUsers: () => channel.tell({ op: "reset-users" }),
    judgeImport: async (source, timeoutMs) =>
      z.array(z.string()).parse(await channel.ask({ op: "judgeImport", source }, timeoutMs)),
    dump: async (timeoutMs) =>
      z.union([toolCallSchema, z.string()]).parse(await channel.ask({ op: "dump" }, timeoutMs)),
    loadImport: async (source, file, timeoutMs) => {
      await channel.ask({ op: "loadImport", source, file }, timeoutMs);
    },
    refuseWrites: async () =>
      z
        .string()
        .nullable()
        .parse(await channel.ask({ op: "refuseWrites" })),
    allowWrites: (kept) => channel.tell({ op: "allowWrites", kept }),
    oplogPosition: async (before) =>
      positionSchema
        .nullable()
        .parse(await channel.ask({ op: "oplogPosition", ...(before === undefined ? {} : { before }) })),
    oplogHas: async (position) => z.boolean().parse(await channel.ask({ op: "oplogHas", position })),
    oplogTool: async () => toolCallSchema.nullable().parse(await channel.ask({ op: "oplogTool" })),
    replayOplog: async (file, timeoutMs) =>
      replayedSchema.parse(await channel.ask({ op: "replayOplog", file }, timeoutMs)),
    close: () => channel.close(),
  };
}

/** Opens all stores in parallel, hands them over, closes them whatever happens. All stores that are down are named at once. */
export async function withStores<T>(
  services: readonly string[],
  opening: StoreOpening,
  use: (stores: readonly Store[]) => Promise<T>,
): Promise<T> {
  const results = await Promise.allSettled(services.map((service) => openStore(service, opening)));
  const stores = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
  try {
    if (errors.length > 0) {
      throw new RecoveryError(exitCodes.storeDown, errors.map((error) => error.message).join(" "), {
        cause: errors[0],
      });
    }
    return await use(stores);
  } finally {
    await Promise.all(stores.map((store) => store.close()));
  }
}
