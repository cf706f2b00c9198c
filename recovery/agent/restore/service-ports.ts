import type { StatefulDefinition } from "../../../catalog/definition.ts";
import { usualLimits } from "../../../catalog/inventory/inventory.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import { waitUntil } from "../../../contract/wait-until.ts";
import { closeApplications, openApplications } from "../../host/close-platform.ts";
import { memoryLack, type StoreStart } from "../../proof/prove-stores.ts";
import type {
  ClosingPort,
  InventoriesPort,
  RestorePorts,
  ServicesPort,
  StoresPort,
} from "../../restore/phases/ports.ts";
import { goneWithin } from "../../stores/lone-start.ts";
import { openStoreAt, type Store } from "../../stores/store.ts";
import { proofStorePorts, startOf } from "../commands/prove.ts";
import type { AgentContext } from "../context.ts";
import { isolatedFiles, IsolatedStore } from "./isolated-store.ts";
import { KeptStart } from "./kept-start.ts";
import { restoreInventories } from "./restore-inventories.ts";
import { restorePorts } from "./restore-ports.ts";

/** A store's own crash recovery counts into this. */
const healthyLimitMs = 900_000;
const lookMs = 500;

/** What stands behind the ports of a restore of one store; tests give another. */
export interface ServiceSurroundings {
  readonly isolated: Pick<IsolatedStore, "running" | "start" | "stop"> & {
    ask<Value>(start: StoreStart, question: (store: Store) => Promise<Value>): Promise<Value>;
  };
  readonly kept: Pick<KeptStart, "read" | "write" | "forget">;
  /** How the store's service starts its task. @throws RecoveryError `storeDown` when it does not run */
  readonly startOf: () => Promise<StoreStart>;
}

/** On the machine that the agent runs on. */
export function serviceSurroundings(
  context: AgentContext,
  definition: StatefulDefinition,
): ServiceSurroundings {
  const { docker, opening, host } = context;
  const isolated = new IsolatedStore(definition, {
    docker,
    unlock: (store, id, secrets) => proofStorePorts(context).unlock(store, id, secrets),
    open: (service, container, secrets) => openStoreAt(service, container, opening, secrets),
    files: isolatedFiles(),
  });
  const kept = new KeptStart(host, definition.name);
  return { isolated, kept, startOf: () => startOf(context, definition) };
}

/**
 * The machine as the restore of one store acts on it. The restored data is opened in isolation first: a container of the store's own image
 * without a network, so that no application has to be stopped, and none reaches data that was not verified. Only where nobody can tell how
 * the store is started, since it did not run, it is started as its service, with the applications that use it at zero replicas meanwhile.
 */
export function servicePorts(
  context: AgentContext,
  definition: StatefulDefinition,
  around: ServiceSurroundings = serviceSurroundings(context, definition),
): RestorePorts {
  const usual = restorePorts(context);
  const services = servicesOf(context, definition, around, usual.services);
  const asked = askedOf(context, definition, around, services, usual.access);
  return {
    ...usual,
    services,
    access: accessOf(asked, usual.access),
    inventories: inventoriesOf(context, definition, around, services, asked),
    closing: closingOf(context, definition, around),
  };
}

function servicesOf(
  { docker }: AgentContext,
  definition: StatefulDefinition,
  { isolated, kept }: ServiceSurroundings,
  usual: ServicesPort,
): ServicesPort {
  const { name } = definition;
  return {
    async scale(service, replicas) {
      const start = await kept.read();
      if (start === null) return usual.scale(service, replicas);
      if (replicas > 0) {
        // An "up" in between may have started it: two engines never share a directory.
        await docker.scale(name, 0);
        await goneWithin(definition, async () => (await docker.containersOf(name)).length === 0);
        return isolated.start(start);
      }
      await docker.scale(name, 0);
      return isolated.stop();
    },
    async containers(service) {
      const alone = await isolated.running();
      const tasks = await usual.containers(service);
      // It has no health command of its own: it counts as healthy once it has taken the present secrets, which is asked before.
      return alone === null ? tasks : [...tasks, { id: alone.id, image: alone.image, health: "healthy" }];
    },
  };
}

/** The restored store, asked where it runs: in isolation, or as its service. */
interface Asked {
  /** Whoever takes its answer at once has seen to it that it runs. */
  readonly ask: <Value>(
    question: (store: Store) => Promise<Value>,
    otherwise: () => Promise<Value>,
  ) => Promise<Value>;
  /** The same of a store that a run before this one may have left stopped: it is started, and asked once it answers. */
  readonly askRunning: <Value>(
    question: (store: Store) => Promise<Value>,
    otherwise: () => Promise<Value>,
  ) => Promise<Value>;
}

function askedOf(
  { interrupted }: AgentContext,
  { name }: StatefulDefinition,
  { isolated, kept }: ServiceSurroundings,
  services: ServicesPort,
  usual: StoresPort,
): Asked {
  const ask: Asked["ask"] = async (question, otherwise) => {
    const start = await kept.read();
    return start === null ? otherwise() : isolated.ask(start, question);
  };
  const answers = async (): Promise<boolean> => {
    try {
      await ask(
        (store) => store.version(),
        () => usual.version(name),
      );
      return true;
    } catch (error) {
      if (error instanceof RecoveryError && error.exitCode === exitCodes.storeDown) return false;
      throw error;
    }
  };
  return {
    ask,
    async askRunning(question, otherwise) {
      if ((await services.containers(name)).length === 0) {
        await services.scale(name, 1);
        await waitUntil(answers, {
          limitMs: healthyLimitMs,
          everyMs: lookMs,
          signal: interrupted,
          late: () =>
            new RecoveryError(exitCodes.storeDown, `Store ${name} does not answer on the restored data`),
        });
      }
      return ask(question, otherwise);
    },
  };
}

function accessOf({ ask, askRunning }: Asked, usual: StoresPort): StoresPort {
  return {
    resetUsers: (name) =>
      ask(
        (store) => store.resetUsers(),
        () => usual.resetUsers(name),
      ),
    canary: (name) =>
      askRunning(
        (store) => store.readCanary(),
        () => usual.canary(name),
      ),
    version: (name) =>
      askRunning(
        (store) => store.version(),
        () => usual.version(name),
      ),
  };
}

function inventoriesOf(
  context: AgentContext,
  { name }: StatefulDefinition,
  { kept, startOf: ofTask }: ServiceSurroundings,
  services: ServicesPort,
  { askRunning }: Asked,
): InventoriesPort {
  const own = restoreInventories(context, {
    service: name,
    startOf: async () => (await kept.read()) ?? (await ofTask()),
    /** The restored store makes room for its copy, and starts again where it was. */
    async room(definition, start) {
      const lack = await memoryLack(context.host, definition, start);
      if (lack === null) return () => Promise.resolve();
      context.log.line(`${lack}: ${name} is stopped while its copy is proven`);
      await services.scale(name, 0);
      await goneWithin(definition, async () => (await services.containers(name)).length === 0);
      return () => services.scale(name, 1);
    },
  });
  return {
    ...own,
    take: (store, like) =>
      askRunning(
        (open) => open.inventory({ ...usualLimits, like }),
        () => own.take(store, like),
      ),
  };
}

function closingOf(
  context: AgentContext,
  definition: StatefulDefinition,
  { isolated, kept, startOf: ofTask }: ServiceSurroundings,
): ClosingPort {
  const { name } = definition;
  const { docker, config, host, interrupted } = context;
  // Where `up` of before did not say what an application uses, it may use anything.
  const users = config.applications.filter(({ uses }) => uses?.includes(name) !== false);
  return {
    async close() {
      const start = await ofTask().catch((error: unknown) => {
        if (error instanceof RecoveryError && error.exitCode === exitCodes.storeDown) return null;
        throw error;
      });
      if (start !== null) {
        await kept.write(start);
        return `from its next start on ${name} is reached by the agent alone; the edge stays open`;
      }
      // A run that was killed has read it while it could.
      if ((await kept.read()) !== null) return `${name} is reached by the agent alone; the edge stays open`;
      const closed = await closeApplications(
        context,
        users.map((one) => one.name),
      );
      return `${name} does not run, so it will be started as its service; what uses it is stopped: ${closed}; the edge stays open`;
    },
    async open() {
      await isolated.stop();
      await kept.forget();
      await docker.scale(name, 1);
      await waitUntil(
        async () => {
          const [task] = await docker.containersOf(name);
          return task !== undefined && (task.health === "healthy" || task.health === null);
        },
        {
          limitMs: healthyLimitMs,
          everyMs: lookMs,
          signal: interrupted,
          late: () =>
            new RecoveryError(
              exitCodes.storeDown,
              `Store ${name} did not become healthy as its service: see \`docker service ps ${name} --no-trunc\``,
            ),
        },
      );
      // Who closed the platform as a whole opens it as a whole.
      if ((await host.readFile(layout.closed)) !== null) return `${name} serves; the platform is closed`;
      const back = await openApplications(context, users);
      return `${name} serves again; ${back}`;
    },
  };
}
