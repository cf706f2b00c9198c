import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "pino";
import { withDeadline } from "./deadline.ts";
import type { Dependency } from "./dependency.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Server } from "./http-server.ts";
import type { Readiness } from "./readiness.ts";
import type { RoleSettings } from "./settings.ts";

/** What has to come to an end. */
export interface Draining {
  readonly server: Pick<Server, "close">;
  readonly readiness: Readiness;
  readonly needs: readonly Pick<Dependency, "close">[];
  /** Takes no more work of the role's own and finishes what it has begun. */
  readonly finishWork?: () => Promise<void>;
  readonly log: Pick<Logger, "info" | "error">;
  readonly settings: Pick<RoleSettings, "drainNoticeMs" | "drainLimitMs">;
}

/**
 * Leaves without cutting anything off; returns the exit code.
 * 1. Not ready any more, and every answer says `Connection: close`, so that the edge stops reusing its connections. During
 *    the notice requests are still taken: the edge learns from DNS within a second or so that this replica is leaving.
 *    Work of the role's own, such as consuming a queue, ends meanwhile.
 * 2. Stop accepting; finish what is in flight.
 * 3. Close the drivers.
 * Past `drainLimitMs` it reports that and returns `failed`.
 */
export async function drain({
  server,
  readiness,
  needs,
  finishWork,
  log,
  settings,
}: Draining): Promise<number> {
  const limit = settings.drainLimitMs;
  log.info({ noticeMs: settings.drainNoticeMs, limitMs: limit }, "draining");
  readiness.startDraining();
  const leave = async () => {
    await Promise.all([wait(settings.drainNoticeMs), finishWork?.()]);
    await server.close();
    await Promise.all(needs.map((need) => need.close()));
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
