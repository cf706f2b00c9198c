import type { Health } from "./definition.ts";

/**
 * A store's health: run every ten seconds, where nothing else is said, and wrong for a minute before Swarm replaces the task. After a
 * start half an hour is given: crash recovery may take so long, and must not be killed.
 * @param argv Run inside the container; fails on a wrong password.
 */
export function storeHealth(
  argv: readonly string[],
  pace: Partial<Pick<Health, "every" | "timeout" | "retries">> = {},
): Health {
  return { argv, every: "10s", timeout: "9s", retries: 6, ...pace, startPeriod: "30m" };
}
