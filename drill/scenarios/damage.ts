import { layout } from "../../contract/layout.ts";
import type { RemoteHost } from "../../operator/ssh/remote-host.ts";

/** How a store's data is destroyed and counted: commands of its own client in its container, or a person's on the host. */
interface Damaging {
  readonly where: "container" | "host";
  /** Prints how many things there are. */
  readonly count: readonly string[];
  readonly destroy: readonly string[];
}

const redis = (command: string): readonly string[] => [
  "sh",
  "-c",
  `REDISCLI_AUTH=$(cat /run/secrets/password) && export REDISCLI_AUTH && exec redis-cli -e ${command}`,
];
/** What MinIO keeps of its own stays: a person removes what they see. */
const objects = ["find", `${layout.live}/minio`, "-mindepth", "1", "-not", "-path", "*/.minio.sys*"] as const;

const damages: Readonly<Record<string, Damaging>> = {
  redis: { where: "container", count: redis("DBSIZE"), destroy: redis("FLUSHALL") },
  minio: {
    where: "host",
    count: [...objects, "-type", "f", "-printf", "x\\n"],
    destroy: [...objects, "-delete"],
  },
};

/** The stores whose data a drill knows how to destroy. */
export const damageable: readonly string[] = Object.keys(damages);

/** How many things a store had before and after. */
export interface Damage {
  readonly store: string;
  readonly before: number;
  readonly after: number;
}

/** Destroys what a store holds, while it runs. A drill's own machine alone. @throws Error for a store that it does not know how to */
export async function damage(host: RemoteHost, store: string): Promise<Damage> {
  const how = damages[store];
  if (how === undefined) throw new Error(`${store}: a drill does not know how to destroy its data`);
  const prefix = how.where === "host" ? [] : ["docker", "exec", await containerOf(host, store)];
  const run = async (argv: readonly string[]): Promise<string> =>
    (await host.run([...prefix, ...argv], { timeoutMs: 60_000 })).stdout;
  const before = countIn(await run(how.count));
  await run(how.destroy);
  return { store, before, after: countIn(await run(how.count)) };
}

/** A number on its own, or a line for each. */
function countIn(output: string): number {
  const text = output.trim();
  return /^\d+$/.test(text) ? Number(text) : text.split("\n").filter((line) => line !== "").length;
}

async function containerOf(host: RemoteHost, store: string): Promise<string> {
  const filter = `label=com.docker.swarm.service.name=${store}`;
  const { stdout } = await host.run(["docker", "ps", "--quiet", "--filter", filter], { timeoutMs: 30_000 });
  const [container = ""] = stdout.trim().split("\n");
  if (container === "") throw new Error(`${store}: no container of it runs, so its data cannot be destroyed`);
  return container;
}

/** Why the loss was none; nothing when the data was there and is gone. What applications write meanwhile may be there again. Pure. */
export function judgeDamage({ store, before, after }: Damage): string[] {
  if (before === 0) return [`${store} held nothing before it was damaged: nothing was proven`];
  return after < before ? [] : [`${store} holds as much as before it was damaged: nothing was proven`];
}
