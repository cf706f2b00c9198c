import { setTimeout as delay } from "node:timers/promises";
import { layout } from "../../../contract/layout.ts";
import { filesDirectory, manifestFile } from "../../point/manifest.ts";
import type { FetchPort, RestorePorts } from "../../restore/phases/ports.ts";
import type { AgentContext } from "../context.ts";
import { closePlatform, openPlatform } from "../../host/close-platform.ts";
import { clearIsolated } from "./isolated-store.ts";
import { dataApplications } from "../data-applications.ts";
import { LocalFiles } from "./restore-files.ts";
import { restoreHead } from "./restore-head.ts";
import { restoreInventories } from "./restore-inventories.ts";
import { restorePoints } from "./restore-points.ts";
import { withIndex } from "./with-index.ts";
import { restoredStores } from "./restore-stores.ts";

/** A point that is being copied holds the data for seconds; a first one of much data for longer. */
const dataWaitMs = 120_000;

/** The machine that the agent runs on, as a restore acts on it. */
export function restorePorts(context: AgentContext): RestorePorts {
  const { docker, interrupted } = context;
  return {
    host: context.host,
    paths: layout,
    stores: [
      ...context.stores.map(({ name, data }) => ({ name, directories: Object.values(data) })),
      ...dataApplications(context.config).map(({ name, data }) => {
        return { name, directories: Object.values(data), filesOnly: true as const };
      }),
    ],
    files: new LocalFiles(),
    repository: fetchFrom(context),
    services: {
      scale: (service, replicas) => docker.scale(service, replicas),
      containers: async (service) =>
        (await docker.containersOf(service)).map(({ id, image, health }) => ({
          id,
          image,
          health: health ?? "none",
        })),
    },
    access: restoredStores(context.opening, context.stores),
    inventories: restoreInventories(context),
    closing: { close: () => close(context), open: () => openPlatform(context) },
    head: restoreHead(context),
    points: restorePoints(context),
    lockData: () => lockData(context),
    async pause(milliseconds) {
      interrupted.throwIfAborted();
      await delay(milliseconds);
      interrupted.throwIfAborted();
    },
  };
}

/** What a restore of one store has left running, and was given up, must not stay on directories that are moved next. */
async function close(context: AgentContext): Promise<string> {
  const closed = await closePlatform(context);
  await clearIsolated(context);
  return closed;
}

function fetchFrom(context: AgentContext): FetchPort {
  const { local, offsite, interrupted } = context;
  return {
    inside: layout.point,
    async manifest({ from, snapshot }) {
      const repository = from === "offsite" ? offsite : local;
      const path = `${layout.point}/${manifestFile}`;
      try {
        return await withIndex(context, from, () => repository.dump(snapshot, path, { signal: interrupted }));
      } catch (error) {
        if (error instanceof Error && /not found in snapshot/.test(error.message)) return null;
        throw error;
      }
    },
    async fetch({ from, snapshot, bytes }, target, onProgress, only) {
      const repository = from === "offsite" ? offsite : local;
      const report = ({ done, bytes: restored }: { done: number; bytes: number | null }): void => {
        const total = bytes ?? 0;
        onProgress({ bytes: restored ?? Math.round(done * total), totalBytes: total });
      };
      await withIndex(context, from, () =>
        repository.restore(
          snapshot,
          target,
          report,
          { signal: interrupted },
          only === null ? [] : partsOf(only),
        ),
      );
    },
  };
}

/** Paths in a point of some of its directories, and of what says what they are. */
function partsOf(directories: readonly string[]): readonly string[] {
  const files = directories.map((name) => `${layout.point}/${filesDirectory}/${name}`);
  return [...files, `${layout.point}/${manifestFile}`];
}

/**
 * The off-site lock too: a shipping that ends while the head changes hands would take its own host for superseded. In
 * the order in which a lineage is founded, so that the two cannot wait for each other.
 */
async function lockData({ locks, config }: AgentContext): Promise<() => Promise<void>> {
  const offsite = await locks.acquire("offsite", config.shipTimeoutMs + dataWaitMs, "at-once");
  try {
    const data = await locks.acquire("data", dataWaitMs);
    return async () => {
      await data.release();
      await offsite.release();
    };
  } catch (error) {
    await offsite.release();
    throw error;
  }
}
