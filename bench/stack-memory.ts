import { readFile } from "node:fs/promises";
import type { SshHost } from "../operator/ssh/ssh.ts";

const units: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** What this machine could still give to programs, of what it has, in bytes. */
export async function machineMemory(): Promise<{ readonly available: number; readonly total: number }> {
  const text = await readFile("/proc/meminfo", "utf8");
  return { available: meminfo(text, "MemAvailable"), total: meminfo(text, "MemTotal") };
}

/** One field of /proc/meminfo, in bytes. Pure. */
export function meminfo(text: string, field: string): number {
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(text)?.[1];
  if (kib === undefined) throw new Error(`/proc/meminfo: expected a line "${field}: … kB", got none`);
  return Number(kib) * 1024;
}

/** What each service's tasks use together, without the page cache, in bytes; as the host's Docker sees them. */
export async function serviceMemory(host: SshHost): Promise<ReadonlyMap<string, number>> {
  const argv = ["docker", "stats", "--no-stream", "--format", "{{.Name}}\t{{.MemUsage}}"];
  const { stdout } = await host.run(argv, { timeoutMs: 60_000 });
  return readStats(stdout);
}

/** Lines such as `api.2.x1y2 <tab> 41.5MiB / 256MiB`, summed by service. Pure. */
export function readStats(text: string): ReadonlyMap<string, number> {
  const used = new Map<string, number>();
  for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
    const [, service, number, unit] = /^([^.\t]+)\.[^\t]*\t([\d.]+)(B|KiB|MiB|GiB) \//.exec(line) ?? [];
    const size = units[unit ?? ""];
    if (service === undefined || size === undefined)
      throw new Error(
        `docker stats: expected "<service>.<task> <used> / <limit>", got ${JSON.stringify(line)}`,
      );
    used.set(service, (used.get(service) ?? 0) + Number(number) * size);
  }
  return used;
}
