import { RecoveryError, exitCodes } from "../../../contract/exit-codes.ts";
import { waitUntil } from "../../../contract/wait-until.ts";
import type { AgentContext } from "../context.ts";
import { withStores } from "../../stores/store.ts";

/** Applications drain for their stop grace; a new task has its start period. */
const goneLimitMs = 180_000;
const lookMs = 1_000;

/**
 * `kaleem-agent retire-logins`: takes former passwords away from the stores' users, once no application's task is left that may
 * still use one. The last step of every `up`. Idempotent; before it, former and present passwords are both valid.
 */
export async function retireLoginsCommand(context: AgentContext): Promise<{ retired: readonly string[] }> {
  await formerTasksGone(context);
  const names = context.stores
    .filter(({ recovery }) => recovery.retire !== undefined)
    .map(({ name }) => name);
  await withStores(names, context.opening, async (stores) => {
    for (const store of stores)
      await context.log.phase(`former logins of ${store.service}`, () => store.retire());
  });
  return { retired: names };
}

/** Tasks start before their predecessors stop: while there are more than wanted, a former one is draining. */
async function formerTasksGone({ config, docker, interrupted }: AgentContext): Promise<void> {
  let still: readonly string[] = [];
  const areGone = async (): Promise<boolean> => {
    const waiting = await Promise.all(
      config.applications.map(async ({ name }) => {
        const [service, tasks] = await Promise.all([docker.inspectService(name), docker.containersOf(name)]);
        const wanted = service?.replicas ?? 0;
        return tasks.length <= wanted ? null : `${name} has ${tasks.length} tasks, ${wanted} are wanted`;
      }),
    );
    still = waiting.filter((sentence) => sentence !== null);
    return still.length === 0;
  };
  await waitUntil(areGone, {
    limitMs: goneLimitMs,
    everyMs: lookMs,
    signal: interrupted,
    late: () =>
      new RecoveryError(
        exitCodes.failed,
        `Former passwords stay valid: after ${goneLimitMs / 1000} s ${still.join(", ")}. See \`docker service ps --no-trunc\` of it, then run this again.`,
      ),
  });
}
