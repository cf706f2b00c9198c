/** One part of a drill. */
export interface TimelineStep {
  readonly name: string;
  /** When it began. */
  readonly at: string;
  readonly seconds: number;
}

/** Keeps what a drill did and when; also the parts that failed. */
export class Timeline {
  readonly steps: TimelineStep[] = [];
  readonly #onStart: (name: string) => void;

  constructor(onStart: (name: string) => void) {
    this.#onStart = onStart;
  }

  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const began = new Date();
    this.#onStart(name);
    try {
      return await work();
    } finally {
      this.steps.push({ name, at: began.toISOString(), seconds: (Date.now() - began.getTime()) / 1000 });
    }
  }
}
