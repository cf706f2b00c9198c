import { z } from "zod";

/** What a container uses. */
export interface ContainerUsage {
  /** Without what the kernel could give back at once, as `docker stats` counts it. */
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  /** Since it started. */
  readonly cpuSeconds: number;
}

const stats = z.object({
  memory_stats: z.object({
    usage: z.number(),
    limit: z.number(),
    stats: z.object({ inactive_file: z.number().optional(), total_inactive_file: z.number().optional() }),
  }),
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number() }) }),
});

/** What the API answers when asked for a container's statistics once; null for one that has just ended. */
export function parseUsage(body: unknown): ContainerUsage | null {
  const parsed = stats.safeParse(body);
  if (!parsed.success) return null;
  const { memory_stats: memory, cpu_stats: cpu } = parsed.data;
  // cgroup v1 has the sum over the whole tree under the longer name, v2 has the one.
  const reclaimable = memory.stats.total_inactive_file ?? memory.stats.inactive_file ?? 0;
  return {
    memoryBytes: Math.max(0, memory.usage - reclaimable),
    memoryLimitBytes: memory.limit,
    cpuSeconds: cpu.cpu_usage.total_usage / 1e9,
  };
}
