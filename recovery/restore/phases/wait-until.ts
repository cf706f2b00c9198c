import type { RestorePorts } from "./ports.ts";

const lookEveryMs = 500;

/**
 * Looks until `look` finds nothing to wait for any more. Throws the last answer as a sentence once the time is over:
 * `<what> within <seconds> s: <answer>`.
 */
export async function waitUntil(
  ports: Pick<RestorePorts, "host" | "pause">,
  what: string,
  limitMs: number,
  look: () => Promise<string | null>,
): Promise<void> {
  const deadline = ports.host.now().getTime() + limitMs;
  for (;;) {
    const waitingFor = await look();
    if (waitingFor === null) return;
    if (ports.host.now().getTime() >= deadline) {
      throw new Error(`${what} within ${Math.round(limitMs / 1000)} s: ${waitingFor}`);
    }
    await ports.pause(lookEveryMs);
  }
}
