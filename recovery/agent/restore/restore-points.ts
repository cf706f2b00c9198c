import { CommandError } from "../../host/host-port.ts";
import { layout } from "../../../contract/layout.ts";
import { readRecord } from "../../host/read-record.ts";
import type { PointsPort } from "../../restore/phases/ports.ts";
import type { AgentContext } from "../context.ts";
import { pointRecord } from "../answers/run-record.ts";

const pointUnit = "kaleem-point.service";
const shipUnit = "kaleem-ship.service";
/** Longer than a first point of a large platform. */
const pointLimitMs = 900_000;

/**
 * Points by way of their own units: systemd then unpauses the stores should this process be killed, and raises the usual
 * alarm when one fails. A point that runs already is waited for, and does not count: it may have begun before writers were closed.
 */
export function restorePoints({ host }: Pick<AgentContext, "host">): PointsPort {
  return {
    async take() {
      const asked = host.now().getTime();
      for (let joined = false; ; joined = true) {
        const failure = await start(host);
        const record = await readRecord(host, `${layout.agentState}/point.json`, pointRecord);
        const taken = record?.lastSuccess?.result;
        if (failure === null && taken !== undefined && Date.parse(taken.instant) >= asked) return taken.point;
        // systemd hands a start of what runs already to that run: the next start is one of our own.
        if (!joined && record !== null && Date.parse(record.lastRun.startedAt) < asked) continue;
        const ended = record === null ? 0 : Date.parse(record.lastRun.finishedAt);
        const why =
          record !== null && ended >= asked ? record.lastRun.message : (failure ?? "it left no record");
        throw new Error(`${pointUnit}: ${why}`);
      }
    },
    async ship() {
      await host.run(["systemctl", "start", "--no-block", shipUnit], { timeoutMs: 30_000 });
    },
  };
}

/** Null when the unit ended well. */
async function start(host: AgentContext["host"]): Promise<string | null> {
  try {
    await host.run(["systemctl", "start", pointUnit], { timeoutMs: pointLimitMs });
    return null;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return error.message;
  }
}
