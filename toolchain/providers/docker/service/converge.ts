import { setTimeout as sleep } from "node:timers/promises";
import { waitUntil } from "../../../../contract/wait-until.ts";
import type { CallContext } from "../../protocol/resource-type.ts";
import { formatDuration } from "../duration.ts";
import { fingerprintOf, replicasOf, updateStatusOf } from "./swarm.ts";
import type { Swarm, SwarmTask } from "./swarm.ts";
import { judge, problemsOf } from "./verdict.ts";
import type { RollbackCause } from "./verdict.ts";

const pollMilliseconds = 500;
/** Swarm needs a moment to notice an update; until then it looks finished. */
const noticeMilliseconds = 1_000;
/** So many good looks in a row are a success. */
const goodLooks = 2;
/** A task that was just replaced may still be on its way out; so many looks in a row, and it stays. */
const surplusLooks = 6;
/** Enough to see why a container ended, little enough for a terminal. */
const logLines = 10;
const problemLines = 3;

/** How long to wait for a service; from `convergeConfig`, in nanoseconds. */
export interface Patience {
  readonly delayNanoseconds: number;
  readonly timeoutNanoseconds: number;
}

/**
 * Waits until a service runs as wanted, and has Swarm look again when it leaves two tasks where one is wanted.
 * @throws when the update is rolled back or paused, or when the time is up: then with what the tasks complained of and the
 * last lines of the newest failed container.
 */
export async function converge(
  swarm: Swarm,
  id: string,
  patience: Patience,
  context: Pick<CallContext, "signal" | "log">,
): Promise<void> {
  const timeoutMilliseconds = patience.timeoutNanoseconds / 1e6;
  const firstLook = Math.min(
    Math.max(patience.delayNanoseconds / 1e6, noticeMilliseconds),
    timeoutMilliseconds,
  );
  await sleep(firstLook, undefined, { signal: context.signal });
  let cause: RollbackCause;
  let shown = "";
  let good = 0;
  let surplus = 0;
  const done = await waitUntil(
    async () => {
      const service = await swarm.inspect(id);
      const tasks = await swarm.tasks(id);
      const wanted = fingerprintOf(service);
      const replicas = replicasOf(service);
      const verdict = judge({ status: updateStatusOf(service), tasks, replicas, wanted }, cause);
      if (verdict.kind === "failed") throw new Error(verdict.message);
      // Twice: a change of ports alone shows in neither tasks nor status until Swarm begins with it.
      good = verdict.kind === "done" ? good + 1 : 0;
      if (good === goodLooks) return true;
      if (verdict.kind === "done") return undefined;
      surplus = verdict.kind === "surplus" ? surplus + 1 : 0;
      if (surplus === surplusLooks) {
        context.log("info", "a place has two tasks: Swarm is to look again", { ephemeral: true });
        await swarm.lookAgain(service, context.signal);
        surplus = 0;
      }
      if (verdict.kind === "rollingBack") cause = verdict.message;
      const now =
        verdict.kind === "rollingBack"
          ? `rolling back: ${verdict.message}`
          : progress(verdict.running, replicas, tasks);
      if (now !== shown) context.log("info", now, { ephemeral: true });
      shown = now;
      return undefined;
    },
    {
      everyMs: pollMilliseconds,
      limitMs: timeoutMilliseconds - firstLook,
      signal: context.signal,
    },
  );
  if (done !== undefined) return;
  if (cause !== undefined)
    throw new Error(`service rollback completed: ${cause} (the rollback itself goes on)`);
  throw new Error(await tooLate(swarm, id, patience));
}

function progress(running: number, replicas: number | undefined, tasks: readonly SwarmTask[]): string {
  const [problem] = problemsOf(tasks, 1);
  const count = `${running} of ${replicas ?? "all"} tasks running`;
  return problem === undefined ? count : `${count}; last problem: ${problem}`;
}

async function tooLate(swarm: Swarm, id: string, patience: Patience): Promise<string> {
  const tasks = await swarm.tasks(id);
  const ended = tasks.find(
    (task) => task.containerId !== "" && task.state !== "running" && task.state !== "starting",
  );
  const container = (ended ?? tasks.find((task) => task.containerId !== ""))?.containerId;
  const parts: readonly (readonly [string, string])[] = [
    ["Task problems", problemsOf(tasks, problemLines).join("\n")],
    ["Last failed health check", container === undefined ? "" : await swarm.lastHealthcheck(container)],
    ["Last task logs", container === undefined ? "" : await swarm.lastLines(container, logLines)],
  ];
  const waited = formatDuration(patience.timeoutNanoseconds);
  return [
    `Service with ID (${id}) did not converge after ${waited}`,
    ...parts.filter(([, found]) => found !== "").map(([title, found]) => `${title}:\n${found}`),
  ].join("\n\n");
}
