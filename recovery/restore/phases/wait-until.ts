import { waitUntil as wait } from "../../../contract/wait-until.ts";
import type { RestorePorts } from "./ports.ts";

const lookEveryMs = 500;

/**
 * Looks until `look` finds nothing to wait for any more. Throws the last answer as a sentence once the time is over:
 * `<what> within <seconds> s: <answer>`.
 */
export async function waitUntil(
  { host, pause }: Pick<RestorePorts, "host" | "pause">,
  what: string,
  limitMs: number,
  look: () => Promise<string | null>,
): Promise<void> {
  let waitingFor: string | null = null;
  await wait(async () => (waitingFor = await look()) === null, {
    limitMs,
    everyMs: lookEveryMs,
    clock: { now: () => host.now().getTime(), pause },
    late: () => `${what} within ${Math.round(limitMs / 1000)} s: ${waitingFor ?? ""}`,
  });
}
