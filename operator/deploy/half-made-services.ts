import { z } from "zod";
import { PulumiError } from "../../toolchain/engine/pulumi-error.ts";
import { exportState, importState } from "../../toolchain/engine/stack.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";
import type { RemoteHost } from "../ssh/remote-host.ts";

const resource = z.looseObject({ urn: z.string() });
const operation = z.looseObject({
  type: z.string(),
  resource: resource.extend({ type: z.string(), inputs: z.record(z.string(), z.unknown()).default({}) }),
});
const exported = z.looseObject({
  deployment: z.looseObject({
    resources: z.array(resource).nullish(),
    pending_operations: z.array(operation).nullish(),
  }),
});
type Operation = z.infer<typeof operation>;

/** What an engine left that was killed while it made Swarm services. */
export interface HalfMade {
  /** Those whose end it could not write down any more: they may run, and are in no state. */
  readonly services: readonly string[];
  /** The state without a word of these creations; null when there is none in it. */
  readonly cleared: unknown;
}

/** Finds in an exported state what was being made when its engine was killed. */
export function halfMade(state: unknown): HalfMade {
  const parsed = exported.parse(state);
  const { resources, pending_operations: pending } = parsed.deployment;
  const known = new Set(resources?.map(({ urn }) => urn));
  const others = pending?.filter((each) => !makesService(each)) ?? [];
  const services = (pending ?? [])
    .filter((each) => makesService(each) && !known.has(each.resource.urn))
    .flatMap(({ resource: { inputs } }) => (typeof inputs["name"] === "string" ? [inputs["name"]] : []));
  if (others.length === (pending ?? []).length) return { services, cleared: null };
  return {
    services,
    cleared: { ...parsed, deployment: { ...parsed.deployment, pending_operations: others } },
  };
}

function makesService({ type, resource: { type: kind } }: Operation): boolean {
  return type === "creating" && kind === "docker:index/service:Service";
}

/** Removes a service unless it is not there; says its name when it was, once nothing of it runs: a store's next task finds its data let go. */
const remove = `set -eu
docker service inspect "$1" >/dev/null 2>&1 || exit 0
docker service rm "$1"
for _ in $(seq 600); do
  [ -n "$(docker ps --quiet --filter "label=com.docker.swarm.service.name=$1")" ] || exit 0
  sleep 0.5
done
echo "service $1 was removed, but its container still runs after 5 min: stop it, then run this again" >&2
exit 1`;
const removalLimitMs = 330_000;

/**
 * Removes what {@link halfMade} names, whose names would be refused for good, and clears the state of it. Nothing is lost: data are on
 * the machine's disk, and what is declared is made anew. While somebody else works on the stack nothing is touched.
 * @returns The names of those that were there.
 */
export async function removeHalfMade(
  context: StackContext,
  host: Pick<RemoteHost, "run">,
): Promise<string[]> {
  const state = await exportState(context);
  const { services, cleared } = halfMade(state);
  if (services.length === 0 && cleared === null) return [];
  if (await isWorkedOn(context, state)) return [];
  const removed: string[] = [];
  for (const name of services) {
    const { stdout } = await host.run(["sh", "-c", remove, "-", name], { timeoutMs: removalLimitMs });
    if (stdout.trim() !== "") removed.push(name);
  }
  if (cleared !== null) await importState(context, cleared);
  return removed;
}

/** Whether somebody else works on the stack: its lock is asked for by putting back the state that is there. */
async function isWorkedOn(context: StackContext, state: unknown): Promise<boolean> {
  try {
    await importState(context, state);
    return false;
  } catch (error) {
    if (error instanceof PulumiError && error.locked) return true;
    throw error;
  }
}
