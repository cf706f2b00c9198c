import type { RestoreEvent } from "../../recovery/restore/journal/event.ts";
import type { RestorePlan } from "../../recovery/restore/plan/restore-plan.ts";
import type { Progress } from "../../workstation/progress.ts";
import { timeLeft, Transfer } from "../screens/transfer.ts";

interface Step {
  readonly name: string;
  readonly report: (detail: string) => void;
  readonly end: (failure: Error | null) => void;
  readonly transfer: Transfer;
}

/** Shows a restore's phases as steps of the command's own progress, each with what it does and what is left. */
export class PhaseSteps {
  readonly #progress: Progress;
  #plan: RestorePlan | null = null;
  #step: Step | null = null;

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  hear(event: RestoreEvent): void {
    if (event.event === "begun") this.#plan = event.plan;
    if (event.event === "phase-started") this.#begin(event.phase);
    if (event.event === "phase-progress") this.#move(event);
    if (event.event === "phase-finished") this.#end(event);
  }

  /** Ends what is shown as running: nobody tells of it any more. */
  close(): void {
    this.#step?.end(new Error("it was not seen to end"));
    this.#step = null;
  }

  #begin(name: string): void {
    this.close();
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    // What went wrong stands in the report, in full.
    void this.#progress
      .step(name, async (report) => {
        const end = (failure: Error | null): void => {
          if (failure === null) resolve(undefined);
          else reject(failure);
        };
        this.#step = { name, report, end, transfer: new Transfer() };
        report(this.#expected(name));
        await promise;
      })
      .catch(() => undefined);
  }

  #move({ bytes, totalBytes }: { readonly bytes: number; readonly totalBytes: number }): void {
    this.#step?.transfer.tell(performance.now(), bytes, totalBytes);
    this.#step?.report(this.#step.transfer.text());
  }

  #end({ phase, state, detail }: RestoreEvent & { readonly event: "phase-finished" }): void {
    if (this.#step?.name !== phase) return;
    this.#step.report(detail.split("\n")[0] ?? "");
    this.#step.end(state === "failed" ? new Error(detail) : null);
    this.#step = null;
  }

  /** What it does, and how long this and all that follows is reckoned to take. */
  #expected(name: string): string {
    const phases = this.#plan?.phases ?? [];
    const at = phases.findIndex((phase) => phase.name === name);
    if (at < 0) return "";
    const left = phases.slice(at).reduce((sum, { seconds }) => sum + seconds, 0);
    return `${phases[at]?.what ?? ""}; about ${timeLeft(left)} in all`;
  }
}
