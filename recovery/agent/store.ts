import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { Counts } from "../../components/services/definition.ts";
import { exitCodes, RecoveryError } from "../exit-codes.ts";
import type { Container, Docker } from "./docker.ts";
import { storeAnswer, type StoreRequest } from "./store-protocol.ts";

/** An open client to one store: canary, counts, users and orders, as the store's own page of the catalog has them. */
export interface Store {
  readonly service: string;
  readonly container: Container;
  version(): Promise<string>;
  setup(): Promise<void>;
  writeCanary(mark: string): Promise<void>;
  readCanary(): Promise<string | null>;
  counts(limitMs: number): Promise<Counts>;
  reconcile(): Promise<void>;
  orders(ids: readonly string[]): Promise<ReadonlyMap<string, unknown>>;
  close(): Promise<void>;
}

/** How stores are reached; tests give another. */
export interface StoreOpening {
  readonly docker: Docker;
  /** Program and arguments that start the child `store <service>`, such as `["/usr/bin/node", "agent.mjs"]`. */
  readonly self: readonly string[];
  /** For the connection and for each call. @default 20000 */
  readonly timeoutMs?: number;
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
  const channel = new StoreChannel(service, container.pid, opening);
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
    writeCanary: (mark) => channel.tell({ op: "writeCanary", mark }),
    readCanary: async () =>
      z
        .string()
        .nullable()
        .parse(await channel.ask({ op: "readCanary" })),
    counts: async (limitMs) =>
      z.record(z.string(), z.number().nullable()).parse(await channel.ask({ op: "counts", limitMs })),
    reconcile: () => channel.tell({ op: "reconcile" }),
    orders: async (ids) =>
      new Map(
        Object.entries(
          z.record(z.string(), z.unknown()).parse(await channel.ask({ op: "orders", ids: [...ids] })),
        ),
      ),
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

class StoreChannel {
  readonly #service: string;
  readonly #child: ChildProcess;
  readonly #timeoutMs: number;
  readonly #lines: AsyncIterator<string>;
  #stderr = "";
  constructor(service: string, pid: number, opening: StoreOpening) {
    this.#service = service;
    this.#timeoutMs = opening.timeoutMs ?? 20_000;
    const [program, ...rest] = opening.self;
    // Never detached: a signal to the unit ends it, and so does the closing of its stdin when we die.
    this.#child = spawn(
      "nsenter",
      ["-t", String(pid), "-n", "--", program ?? "", ...rest, "store", service],
      {
        stdio: ["pipe", "pipe", "pipe"],
      },
    );
    this.#child.stdin?.on("error", () => undefined);
    this.#child.on("error", (error) => (this.#stderr += error.message));
    this.#child.stderr
      ?.setEncoding("utf8")
      .on("data", (text: string) => (this.#stderr = (this.#stderr + text).slice(-4000)));
    if (this.#child.stdout === null) throw new Error("store child has no stdout");
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#child.stdin?.write(`${JSON.stringify({ service, pid })}\n`);
  }

  async ask(request: StoreRequest): Promise<unknown> {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    return this.answer();
  }

  /** For what answers nothing but that it is done. */
  async tell(request: StoreRequest): Promise<void> {
    await this.ask(request);
  }

  async answer(): Promise<unknown> {
    const line = await this.#nextLine();
    const answer = line === null ? null : storeAnswer.parse(JSON.parse(line));
    if (answer === null) {
      throw new RecoveryError(
        exitCodes.storeDown,
        `Store ${this.#service}: its connection ended: ${this.#stderr.trim() || "no message"}`,
      );
    }
    if (!answer.ok) throw new RecoveryError(exitCodes.storeDown, `Store ${this.#service}: ${answer.error}`);
    return answer.value;
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.stdin?.end();
    const hardStop = setTimeout(() => child.kill("SIGKILL"), 3_000);
    await gone;
    clearTimeout(hardStop);
  }

  async #nextLine(): Promise<string | null> {
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      limit = setTimeout(() => {
        this.#child.kill("SIGKILL");
        reject(
          new RecoveryError(
            exitCodes.storeDown,
            `Store ${this.#service} did not answer within ${this.#timeoutMs / 1000} s: see its log.`,
          ),
        );
      }, this.#timeoutMs);
    });
    try {
      const next = await Promise.race([this.#lines.next(), late]);
      return next.done === true ? null : next.value;
    } finally {
      clearTimeout(limit);
    }
  }
}
