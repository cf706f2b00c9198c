import type { Progress } from "./progress.ts";

/** A phase and what it took. */
export interface PhaseSeconds {
  readonly name: string;
  readonly seconds: number;
}

/** The same progress, and a list that keeps what each step took, in the order in which they ended. */
export function timedProgress(progress: Progress): { progress: Progress; phases: PhaseSeconds[] } {
  const phases: PhaseSeconds[] = [];
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
          phases.push({ name, seconds: (performance.now() - start) / 1000 });
        }
      },
    },
  };
}
