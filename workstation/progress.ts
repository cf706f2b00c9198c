/** How a command tells its user what goes on. Every slow part of a script takes one. */
export interface Progress {
  /**
   * Runs `work` as one line of output: `title`, the outcome, and the seconds it took. `report` shows what
   * the work does just now; its last text stays on the finished line. An error passes through.
   */
  step<T>(title: string, work: (report: (detail: string) => void) => Promise<T>): Promise<T>;
  /** Prints one line of its own. */
  note(text: string): void;
}

/** Where progress is written: standard error in commands (standard output stays for results), a buffer in tests. */
export interface ProgressOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Says nothing and runs the work: for tests and for commands whose output must be JSON alone. */
export const silentProgress: Progress = {
  step: (_title, work) => work(() => undefined),
  note: () => undefined,
};

/**
 * One line per finished step (`✓ engine (built 3.259.0) 0.1 s`). While a step lasts, a terminal shows its
 * latest detail in place; elsewhere, as in CI, a line appears every `heartbeatSeconds` (default 10).
 */
export function terminalProgress(
  output: ProgressOutput = process.stderr,
  heartbeatSeconds = 10,
  environment: NodeJS.ProcessEnv = process.env,
): Progress {
  const live = output.isTTY === true && isRedrawable(environment);
  return {
    async step(title, work) {
      const started = Date.now();
      let detail = "";
      const text = (): string => (detail === "" ? title : `${title} (${detail})`);
      const draw = (): void => {
        if (live) output.write(`\r\u001b[2K${fit(`… ${text()} ${seconds(started)}`, output.columns)}`);
        else output.write(`… ${text()} ${seconds(started)}\n`);
      };
      const beat = setInterval(draw, live ? 500 : heartbeatSeconds * 1000);
      const finish = (mark: string): void => {
        clearInterval(beat);
        output.write(`${live ? "\r\u001b[2K" : ""}${mark} ${text()} ${seconds(started)}\n`);
      };
      if (live) draw();
      try {
        const result = await work((next) => {
          detail = next;
          if (live) draw();
        });
        finish("✓");
        return result;
      } catch (error) {
        finish("✗");
        throw error;
      }
    },
    note(text) {
      output.write(`${text}\n`);
    },
  };
}

/** Whether the terminal can take a line back; nothing here has colours, so that NO_COLOR asks for nothing more. */
export function isRedrawable(environment: NodeJS.ProcessEnv): boolean {
  return environment["TERM"] !== "dumb";
}

function seconds(started: number): string {
  return `${((Date.now() - started) / 1000).toFixed(1)} s`;
}

/** A longer line would wrap, and then could not be redrawn in place. */
function fit(line: string, columns = 80): string {
  return line.length < columns ? line : `${line.slice(0, columns - 2)}…`;
}
