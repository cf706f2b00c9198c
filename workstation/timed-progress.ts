import type { Progress } from "./progress.ts";

/** A phase and what it took. */
export interface PhaseSeconds {
  readonly name: string;
  readonly seconds: number;
  /** When it ended, in seconds after the first phase could begin: phases run side by side, and within each other. */
  readonly end: number;
}

/** What all phases took together, from the first one's beginning to the last one's end. */
export function elapsedSeconds(phases: readonly PhaseSeconds[]): number {
  return Math.max(0, ...phases.map(({ end }) => end));
}

/** The same progress, and a list that keeps what each step took, in the order in which they ended. */
export function timedProgress(progress: Progress): { progress: Progress; phases: PhaseSeconds[] } {
  const phases: PhaseSeconds[] = [];
  const began = performance.now();
  return {
    phases,
    progress: {
      note: (text) => {
        progress.note(text);
      },
      async step(name, work) {
        const start = performance.now();
        try {
          return await progress.step(name, work);
        } finally {
          const now = performance.now();
          phases.push({ name, seconds: (now - start) / 1000, end: (now - began) / 1000 });
        }
      },
    },
  };
}
