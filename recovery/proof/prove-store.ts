import type { StatefulDefinition } from "../../catalog/definition.ts";
import { usualLimits, type Inventory } from "../../catalog/inventory/inventory.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import { waitUntil } from "../../contract/wait-until.ts";
import type { Container } from "../docker/container.ts";
import type { Docker } from "../docker/docker.ts";
import { DockerError } from "../docker/docker-error.ts";
import type { LoneContainer } from "../docker/lone-container.ts";
import type { ServiceStart } from "../docker/service-start.ts";
import { StoreRefused } from "../stores/store-channel.ts";
import type { Store } from "../stores/store.ts";
import { withoutSecrets } from "../stores/without-secrets.ts";
import { proofContainer, unlockingContainer, type ProofMounts } from "./proof-container.ts";

/** A store as it is to be proven. */
export interface ProofStore {
  readonly definition: StatefulDefinition;
  readonly start: ServiceStart;
  /** The present ones: the task's own and its users'. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The mark that the point must hold. */
  readonly canary: string;
  /** What its inventory will be held against: content is then sampled as it was there. */
  readonly like?: Inventory | undefined;
}

/** What a proof of one store needs; tests give another. */
export interface StorePorts {
  readonly docker: Pick<Docker, "startAlone" | "inspectContainer" | "logOf" | "removeContainer">;
  /** Opens a store in this container. Rejects with `StoreRefused` when its data has another administrator's password. */
  open(
    service: string,
    container: Container,
    secrets: Readonly<Record<string, string>>,
  ): Promise<Pick<Store, "readCanary" | "inventory" | "resetUsers" | "close">>;
  /** Gives the administrator of a store in its maintenance start the present password, and stops it. */
  unlock(
    definition: StatefulDefinition,
    id: string,
    secrets: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** For how long an engine may recover. @default 1200000 */
  readonly startLimitMs?: number;
  /** How often it is looked at. @default 500 */
  readonly lookMs?: number;
}

const lastLines = 15;

/**
 * Starts a store on its part of a clone and tells what it holds; its container is gone afterwards, whatever happens.
 * @throws RecoveryError `notProven` when it does not start, does not answer or lacks the point's canary, with its last log lines; the
 * signal's reason when aborted.
 */
export async function proveStore(
  store: ProofStore,
  mounts: ProofMounts,
  ports: StorePorts,
  signal: AbortSignal,
): Promise<Inventory> {
  const { definition, start } = store;
  const regular = proofContainer(definition, start, mounts);
  try {
    try {
      return await tell(store, regular, ports, signal);
    } catch (error) {
      const unlocking = unlockingContainer(definition, start, mounts);
      if (!(error instanceof StoreRefused) || unlocking === null) throw error;
      // Its data is of before a rotation.
      const id = await ports.docker.startAlone(unlocking);
      await orAborted(signal, ports.unlock(definition, id, store.secrets));
      return await tell(store, regular, ports, signal);
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw isOfTheStore(error) ? await notProven(store, regular.name, error, ports) : error;
  } finally {
    await ports.docker.removeContainer(regular.name);
  }
}

async function tell(
  { definition: { name }, secrets, canary, like }: ProofStore,
  container: LoneContainer,
  ports: StorePorts,
  signal: AbortSignal,
): Promise<Inventory> {
  signal.throwIfAborted();
  const id = await ports.docker.startAlone(container);
  const reopen = (): ReturnType<StorePorts["open"]> => untilOpen(name, id, secrets, ports, signal);
  const open = await reopen();
  try {
    // First, since what follows may set users.
    const inventory = await orAborted(
      signal,
      open.inventory({ ...usualLimits, disposable: true, ...(like && { like }) }),
    );
    const found = await orAborted(
      signal,
      open.readCanary().catch(async () => {
        // Read as a user whose password was another one then.
        await open.resetUsers();
        const again = await reopen();
        return again.readCanary().finally(() => again.close());
      }),
    );
    if (found === canary) return inventory;
    throw new Error(`the mark that was written just before the point is not there (got ${found ?? "none"})`);
  } finally {
    await open.close();
  }
}

/** Waits until the engine has recovered and lets us in. */
async function untilOpen(
  name: string,
  id: string,
  secrets: Readonly<Record<string, string>>,
  ports: StorePorts,
  signal: AbortSignal,
): ReturnType<StorePorts["open"]> {
  const { docker, startLimitMs = 1_200_000, lookMs = 500 } = ports;
  let silence: unknown;
  const opened = async () => {
    const container = await docker.inspectContainer(id);
    if (!container.running) throw new Error("it ended");
    try {
      return await ports.open(name, container, secrets);
    } catch (error) {
      if (error instanceof StoreRefused) throw error;
      silence = error;
      return undefined;
    }
  };
  return waitUntil(opened, {
    limitMs: startLimitMs,
    everyMs: lookMs,
    signal,
    late: () =>
      new Error(`it does not answer after ${Math.round(startLimitMs / 1000)} s: ${sentenceOf(silence)}`, {
        cause: silence,
      }),
  });
}

/** Whether it says something of the store and its point, and not of Docker or of us. */
function isOfTheStore(error: unknown): boolean {
  if (error instanceof RecoveryError) return error.exitCode === exitCodes.storeDown;
  return !(error instanceof DockerError);
}

/** A sentence with the store's last words; the container is still there. */
async function notProven(
  { definition, secrets }: ProofStore,
  container: string,
  error: unknown,
  { docker }: StorePorts,
): Promise<RecoveryError> {
  const why = sentenceOf(error);
  const said = await docker.logOf(container, lastLines).then(
    (text) => text.trim(),
    (unread: unknown) => `its log cannot be read: ${String(unread)}`,
  );
  const sentence = `${definition.name}: not proven: ${why}. Its last words: ${said === "" ? "none" : said}`;
  return new RecoveryError(exitCodes.notProven, withoutSecrets(sentence, Object.values(secrets)), {
    cause: error,
  });
}

/** Work that is given up, though it cannot be stopped, when the signal is aborted: what it works with is then taken away. */
function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
