/** Who is at work in a part of a drill, or is waited for. What people take counts in no objective. */
export type StepBy = "machine" | "person";

/** One part of a drill. */
export interface TimelineStep {
  readonly name: string;
  /** When it began. */
  readonly at: string;
  readonly seconds: number;
  readonly by: StepBy;
}

/** Keeps what a drill did and when; also the parts that failed. */
export class Timeline {
  readonly steps: TimelineStep[] = [];
  readonly #onStart: (name: string) => void;

  constructor(onStart: (name: string) => void) {
    this.#onStart = onStart;
  }

  async step<T>(name: string, work: () => Promise<T>, by: StepBy = "machine"): Promise<T> {
    const began = new Date();
    this.#onStart(name);
    try {
      return await work();
    } finally {
      const seconds = (Date.now() - began.getTime()) / 1000;
      this.steps.push({ name, at: began.toISOString(), seconds, by });
    }
  }
}
