import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { layout } from "../../contract/layout.ts";
import { waitUntil } from "../../contract/wait-until.ts";
import type { AgentContext } from "../agent/context.ts";
import { duration } from "./log.ts";

type Platform = Pick<AgentContext, "config" | "docker" | "host" | "interrupted">;

const lookMs = 500;
/** Applications drain for their stop grace first. */
const goneLimitMs = 150_000;
const healthyLimitMs = 300_000;

/** Closes or opens the edge; nginx asks for the file on every request, the HUP makes it certain. */
export async function setEdgeClosed(platform: Platform, closed: boolean): Promise<void> {
  const text = "# While this file is here the edge answers 503. See kaleem-agent open.\n";
  await tellEdge(platform, layout.closed, closed ? text : null);
}

/** Lets the edge turn away what writes, or ends that. Apart from being closed: neither undoes the other. */
export async function setEdgeReadOnly(platform: Platform, readOnly: boolean): Promise<void> {
  if (((await platform.host.readFile(layout.readOnly)) !== null) === readOnly) return;
  const text = "# While this file is here the edge turns away what writes. See kaleem-agent reserve.\n";
  await tellEdge(platform, layout.readOnly, readOnly ? text : null);
}

/** Puts a file there that the edge looks for, or takes it away, and has the edge look again. */
async function tellEdge(
  { config, docker, host }: Platform,
  file: string,
  text: string | null,
): Promise<void> {
  if (text === null) await host.removeFile(file);
  else await host.writeFile(file, text, 0o644);
  const containers = await docker.containersOf(config.edge);
  await Promise.all(containers.map(({ id }) => docker.kill(id, "SIGHUP")));
}

/**
 * Closes the platform to writers: edge first, so that customers are told at once, then the applications to zero replicas.
 * Returns when no application container is left.
 */
export async function closePlatform(platform: Platform): Promise<string> {
  const started = performance.now();
  await setEdgeClosed(platform, true);
  await awayWith(
    platform,
    platform.config.applications.map(({ name }) => name),
  );
  const names = platform.config.applications.map(({ name }) => name).join(", ");
  return `edge closed, ${names} gone after ${duration(performance.now() - started)}`;
}

/** Stops some applications and leaves the edge as it is. Returns when their containers are gone. */
export async function closeApplications(platform: Platform, names: readonly string[]): Promise<string> {
  const started = performance.now();
  if (names.length === 0) return "nothing";
  await awayWith(platform, names);
  return `${names.join(", ")} gone after ${duration(performance.now() - started)}`;
}

/** To zero replicas, until no container of theirs is left. */
async function awayWith(platform: Platform, names: readonly string[]): Promise<void> {
  for (const name of names)
    if ((await platform.docker.inspectService(name)) !== null) await platform.docker.scale(name, 0);
  await until(platform, goneLimitMs, async () => {
    const left = await Promise.all(
      names.map(async (name) => ((await platform.docker.containersOf(name)).length > 0 ? name : null)),
    );
    const still = left.filter((name) => name !== null);
    return still.length === 0 ? null : `${still.join(", ")} still runs`;
  });
}

/** Opens the platform: applications to their replicas, and once all are healthy the edge. */
export async function openPlatform(platform: Platform): Promise<string> {
  const { applications } = platform.config;
  const healthy = await openApplications(platform, applications);
  await setEdgeClosed(platform, false);
  return `${healthy}, edge open`;
}

/** Applications to their replicas, and the edge as it is. Returns when all are healthy. */
export async function openApplications(
  platform: Platform,
  applications: Platform["config"]["applications"],
): Promise<string> {
  const started = performance.now();
  for (const { name, replicas } of applications) await platform.docker.scale(name, replicas);
  await until(platform, healthyLimitMs, async () => {
    const waiting = await Promise.all(
      applications.map(async ({ name, replicas }) => {
        const healthy = (await platform.docker.containersOf(name)).filter(
          ({ health }) => health === "healthy" || health === null,
        );
        return healthy.length >= replicas ? null : `${name} has ${healthy.length} of ${replicas} healthy`;
      }),
    );
    const still = waiting.filter((sentence) => sentence !== null);
    return still.length === 0 ? null : still.join(", ");
  });
  return `${applications.map(({ name, replicas }) => `${name} ×${replicas}`).join(", ")} healthy after ${duration(performance.now() - started)}`;
}

/** Looks until nothing is missing any more. */
async function until(
  platform: Platform,
  limitMs: number,
  missing: () => Promise<string | null>,
): Promise<void> {
  let still = "";
  const isComplete = async (): Promise<boolean> => {
    still = (await missing()) ?? "";
    return still === "";
  };
  await waitUntil(isComplete, {
    limitMs,
    everyMs: lookMs,
    signal: platform.interrupted,
    late: () =>
      new RecoveryError(
        exitCodes.failed,
        `${still} after ${limitMs / 1000} s: see \`docker service ps --no-trunc\` of it.`,
      ),
  });
}
