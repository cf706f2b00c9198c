import { cpus, loadavg, release, totalmem } from "node:os";

/** What figures were measured on. The load says how much other work there was. */
export interface MachineFacts {
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  /** Runnable processes, averaged over the last minute. */
  readonly loadBefore: number;
  readonly loadAfter: number;
}

/** Runs `work` and says what it ran on. */
export async function onThisMachine<T>(
  work: () => Promise<T>,
): Promise<{ result: T; machine: MachineFacts }> {
  const loadBefore = load();
  const result = await work();
  const memoryGiB = Math.round(totalmem() / 1024 ** 3);
  return {
    result,
    machine: { cores: cpus().length, memoryGiB, kernel: release(), loadBefore, loadAfter: load() },
  };
}

function load(): number {
  return Number((loadavg()[0] ?? 0).toFixed(1));
}
