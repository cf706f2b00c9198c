import type { Progress } from "./progress.ts";

/** Something that goes on by itself while steps are shown. */
export interface Beside {
  /** What it does just now; empty when there is nothing to say. */
  text(): string;
  /** Calls back whenever that changes. @returns what ends it */
  watch(changed: () => void): () => void;
}

/** The same progress, whose running step also tells what goes on beside it: both on one line. What is finished tells its own alone. */
export function joinedProgress(progress: Progress, beside: Beside): Progress {
  return {
    note: (text) => {
      progress.note(text);
    },
    step: (title, work) =>
      progress.step(title, async (report) => {
        let detail = "";
        const draw = (): void => {
          report([detail, beside.text()].filter((text) => text !== "").join(" · "));
        };
        const stop = beside.watch(draw);
        try {
          return await work((next) => {
            detail = next;
            draw();
          });
        } finally {
          stop();
          report(detail);
        }
      }),
  };
}
