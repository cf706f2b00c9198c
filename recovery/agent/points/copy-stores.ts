import type { StatefulDefinition } from "../../../catalog/definition.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import { filesDirectory } from "../../point/manifest.ts";
import { unpauseLeftOvers } from "../../point/pause.ts";
import { ReflinkCopy } from "../../point/reflink-copy.ts";
import { removeOthers } from "../../point/remove-others.ts";
import type { AgentContext } from "../context.ts";
import { type DataApplication, dataApplications } from "../data-applications.ts";
import { copyOpenStores, type PointCopies, type StoreCopy } from "./copy-open-stores.ts";
import { sameContainers } from "./same-containers.ts";
import { withStores } from "../../stores/store.ts";

/**
 * Copies the files of every store, and of applications that keep some, into `points/current`, beside their manifest: all of one instant, and after it what is copied while it
 * runs. The caller holds the data lock.
 * @throws RecoveryError `storeDown` when a store does not run, does not answer or was replaced meanwhile; `pauseLimit` and others of
 * the copy at a standstill. The stores run again in every case.
 */
export async function copyStores(context: AgentContext): Promise<StoreCopy> {
  const { docker, host, log, stores, opening } = context;
  const journal = { host, path: layout.paused };
  const left = await unpauseLeftOvers(docker, journal);
  if (left.length > 0) log.line(`unpaused ${left.length} containers that a killed run had left paused`);
  const applications = dataApplications(context.config);
  const kept = [...stores, ...applications];
  await removeOthers(`${layout.point}/${filesDirectory}`, directoriesOf(kept));
  return withStores(
    stores.map(({ name }) => name),
    opening,
    async (open) => {
      try {
        return await copyOpenStores(context, open, pointCopies(stores, applications));
      } catch (error) {
        // A client can only tell that its connection ended; why it did says more.
        if (error instanceof RecoveryError && error.exitCode === exitCodes.storeDown)
          await sameContainers(context.docker, open);
        throw error;
      }
    },
  );
}

/** Each with an index of its own, since each is begun anew by itself when it cannot be sure of its copy. */
function pointCopies(
  stores: readonly StatefulDefinition[],
  applications: readonly DataApplication[],
): PointCopies {
  const places = { from: layout.live, to: `${layout.point}/${filesDirectory}` };
  const running = stores.filter(({ copied }) => copied === "after-instant");
  const standing = stores.filter((store) => !running.includes(store));
  return {
    standing: new ReflinkCopy({
      ...places,
      directories: directoriesOf([...standing, ...applications]),
      index: layout.pointIndex,
    }),
    running: new ReflinkCopy({
      ...places,
      directories: directoriesOf(running),
      unfinished: running.flatMap(({ unfinished = [] }) => unfinished),
      index: layout.runningIndex,
    }),
  };
}

function directoriesOf(stores: readonly Pick<DataApplication, "data">[]): readonly string[] {
  return stores.flatMap(({ data }) => Object.values(data));
}
