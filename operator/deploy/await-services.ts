import { z } from "zod";
import { waitUntil } from "../../contract/wait-until.ts";
import type { SshHost } from "../ssh/ssh.ts";
import { lookAgain } from "./look-again.ts";
import { NotAsDeclaredError } from "./outcome.ts";
import { newestOfEach, renderTaskFailures } from "./task-failures.ts";
import {
  differenceSentence,
  judgeRunning,
  type Difference,
  type SeenTask,
  type WantedService,
} from "./verdict.ts";
import { lookAt } from "./watch-tasks.ts";

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

/**
 * Waits until exactly these services run and are healthy, whatever was said of their updates.
 * @throws NotAsDeclaredError at the deadline: every difference, and what the tasks of those services said last
 */
export async function awaitServices(
  stack: string,
  services: readonly WantedService[],
  host: SshHost,
  timeoutMs: number,
): Promise<void> {
  let differences: readonly Difference[] = [];
  const isAsWanted = async (): Promise<boolean> => {
    differences = judgeRunning(services, await lookAgain(() => seenTasks(host)));
    return differences.length === 0;
  };
  await waitUntil(isAsWanted, {
    limitMs: timeoutMs,
    everyMs: 500,
    late: async () => {
      const said = await lastWords(host, new Set(differences.map(({ service }) => service)));
      return new NotAsDeclaredError(describe(stack, differences, said), differences);
    },
  });
}

async function lastWords(host: SshHost, amiss: ReadonlySet<string>): Promise<string> {
  const { failures } = await lookAt(host)();
  return renderTaskFailures(newestOfEach(failures.filter(({ service }) => amiss.has(service))));
}

function describe(stack: string, differences: readonly Difference[], lastWords: string): string {
  return [
    `stack ${stack}: what runs is not what was declared:`,
    ...differences.map((difference) => `  ${differenceSentence(difference)}`),
    ...(lastWords === "" ? [] : ["What its tasks said:", lastWords]),
    "Read `docker service ps <service> --no-trunc` and `docker service logs <service>` on the host, fix the cause, and run `./kaleem up` again.",
  ].join("\n");
}
