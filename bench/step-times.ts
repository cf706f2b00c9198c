import type { Progress } from "../workstation/progress.ts";

/** When a step began and ended, in seconds since the first one began. */
export interface StepTimes {
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** The same progress, and when each of its steps began and ended, in the order in which they ended. */
export function timingSteps(progress: Progress): {
  readonly progress: Progress;
  readonly times: readonly StepTimes[];
} {
  const start = performance.now();
  const now = (): number => (performance.now() - start) / 1000;
  const times: StepTimes[] = [];
  return {
    times,
    progress: {
      note: (text) => {
        progress.note(text);
      },
      async step(name, work) {
        const startedAt = now();
        try {
          return await progress.step(name, work);
        } finally {
          times.push({ name, startedAt, endedAt: now() });
        }
      },
    },
  };
}

/** @throws Error when there was no such step: a figure must not be made up */
export function timesOf(times: readonly StepTimes[], name: string): StepTimes {
  const found = times.find((step) => step.name === name);
  if (found !== undefined) return found;
  throw new Error(
    `bench: there was no step "${name}"; there were: ${times.map((step) => step.name).join(", ")}`,
  );
}
