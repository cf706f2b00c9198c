import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "pino";
import { withDeadline } from "./deadline.ts";
import { exitCodes } from "./exit-codes.ts";
import type { OrderArchive, OrderCache } from "./order-stores.ts";
import type { Readiness } from "./readiness.ts";
import type { Server } from "./server.ts";
import type { Settings } from "./settings.ts";

/** What has to come to an end. */
export interface Draining {
  readonly server: Pick<Server, "close">;
  readonly readiness: Readiness;
  readonly stores: readonly (OrderArchive | OrderCache)[];
  readonly log: Pick<Logger, "info" | "error">;
  readonly settings: Pick<Settings, "drainNoticeMs" | "drainLimitMs">;
}

/**
 * Leaves without cutting anything off; returns the exit code.
 * 1. Not ready any more, and every answer says `Connection: close`, so that the edge stops reusing its connections. During
 *    the notice requests are still taken: the edge learns from DNS within a second or so that this replica is leaving.
 * 2. Stop accepting; finish what is in flight.
 * 3. Close the drivers.
 * Past `drainLimitMs` it reports that and returns `failed`.
 */
export async function drain({ server, readiness, stores, log, settings }: Draining): Promise<number> {
  const limit = settings.drainLimitMs;
  log.info({ noticeMs: settings.drainNoticeMs, limitMs: limit }, "draining");
  readiness.startDraining();
  const leave = async () => {
    await wait(settings.drainNoticeMs);
    await server.close();
    await Promise.all(stores.map((store) => store.close()));
  };
  try {
    await withDeadline(
      leave(),
      limit,
      () => new Error(`requests or stores did not finish within ${limit} ms`),
    );
    log.info("drained");
    return exitCodes.drained;
  } catch (error) {
    log.error({ err: error }, "could not drain; whatever is in flight is cut off");
    return exitCodes.failed;
  }
}
