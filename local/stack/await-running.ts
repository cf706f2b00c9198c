import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { stackOutputsSchema } from "../../components/outputs.ts";
import type { DisabledService } from "../../components/services/disabled-services.ts";
import type { SshHost } from "../../recovery/operator/ssh.ts";
import { readOutputs } from "../engine/stack.ts";
import type { StackContext } from "../engine/stack-context.ts";
import { newestOfEach, renderTaskFailures } from "./task-failures.ts";
import { lookAt } from "./watch-tasks.ts";
import { compareRunning, type SeenTask } from "./compare-running.ts";

/** A service that runs as declared. */
export interface RunningService {
  readonly name: string;
  readonly image: string;
  readonly replicas: number;
}

const inspected = z.array(
  z.looseObject({
    Config: z.looseObject({ Image: z.string(), Labels: z.record(z.string(), z.string()) }),
    State: z.looseObject({
      Status: z.string(),
      Health: z.looseObject({ Status: z.string(), FailingStreak: z.number() }).optional(),
    }),
  }),
);

/** Lists this host's Swarm tasks in one connection; prints `[]` when there are none. */
const listTasks = `set -eu
ids=$(docker ps --quiet --no-trunc --filter label=com.docker.swarm.service.name)
if [ -z "$ids" ]; then echo "[]"; else docker inspect $ids; fi`;

async function seenTasks(host: SshHost): Promise<SeenTask[]> {
  const { stdout } = await host.run(["sh", "-c", listTasks], { timeoutMs: 30_000 });
  return inspected.parse(JSON.parse(stdout)).map(({ Config, State }) => ({
    service: Config.Labels["com.docker.swarm.service.name"] ?? "",
    image: Config.Image,
    state: State.Status,
    health: State.Health === undefined ? "none" : healthOf(State.Health),
  }));
}

/** Docker calls a container unhealthy from a pause until its next check, though no check has failed: a point is no reason to wait. */
function healthOf({ Status, FailingStreak }: { Status: string; FailingStreak: number }): string {
  return Status === "unhealthy" && FailingStreak === 0 ? "healthy" : Status;
}

/** Waits until exactly what the stack declares runs and is healthy; at the deadline every difference is named. */
export async function awaitRunning(
  context: StackContext,
  host: SshHost,
  timeoutMs: number,
): Promise<{ readonly running: readonly RunningService[]; readonly off: readonly DisabledService[] }> {
  const { services, off } = stackOutputsSchema.parse((await readOutputs(context))["outputs"]);
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const differences = compareRunning(services, await seenTasks(host));
    if (differences.length === 0) return { running: services, off };
    if (Date.now() > deadline) {
      const failures = renderTaskFailures(newestOfEach((await lookAt(host)()).failures));
      throw new Error(
        `stack ${context.stack}: what runs is not what was declared:\n${differences.map((line) => `  ${line}`).join("\n")}\n` +
          (failures === "" ? "" : `${failures}\n`) +
          "Read `docker service ps <service> --no-trunc` and `docker service logs <service>` on the host, mend it, and run `npm run up` again.",
      );
    }
    await wait(500);
  }
}
