import type { SwarmTask, UpdateStatus } from "./swarm.ts";

/** What one look at a service tells. */
export type Verdict =
  | { readonly kind: "done" }
  | { readonly kind: "waiting"; readonly running: number }
  | { readonly kind: "rollingBack"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

/** A look at a service: its update's status, its tasks, and what it should be. */
export interface Look {
  readonly status: UpdateStatus;
  readonly tasks: readonly SwarmTask[];
  /** `undefined` for a global service. */
  readonly replicas: number | undefined;
  /** What an up-to-date task runs. */
  readonly wanted: string;
}

/** What rolled an update back, when an earlier look saw the rollback begin. */
export type RollbackCause = string | undefined;

/**
 * Judges a look. Success needs both: Swarm is not (or no longer) updating, and exactly the wanted number of tasks
 * runs, each up to date. Swarm's word alone is not enough: with `failureAction: continue` it calls a broken
 * update completed, and for an update that changes nothing in the tasks it says nothing at all.
 */
export function judge(look: Look, cause: RollbackCause): Verdict {
  const { status } = look;
  switch (status.state) {
    case "rollback_started":
      return { kind: "rollingBack", message: status.message };
    case "rollback_completed":
      return { kind: "failed", message: `service rollback completed: ${cause ?? status.message}` };
    case "rollback_paused":
      return { kind: "failed", message: `service rollback paused: ${status.message}` };
    case "paused":
      return { kind: "failed", message: `service update paused: ${status.message}` };
    case "updating":
      return { kind: "waiting", running: runningTasks(look).length };
    default: {
      const running = runningTasks(look);
      return isConverged(look, running) ? { kind: "done" } : { kind: "waiting", running: running.length };
    }
  }
}

/** The tasks that run what is wanted and are meant to go on. */
function runningTasks({ tasks, wanted }: Look): SwarmTask[] {
  return tasks.filter(
    (task) => task.desiredState === "running" && task.state === "running" && task.fingerprint === wanted,
  );
}

function isConverged({ tasks, replicas }: Look, running: readonly SwarmTask[]): boolean {
  const meant = tasks.filter((task) => task.desiredState === "running" || task.desiredState === "ready");
  if (replicas === undefined) return meant.length > 0 && running.length === meant.length;
  return running.length === replicas && meant.length === replicas;
}

/** What the failed tasks of a service complained of, newest first, each once. */
export function problemsOf(tasks: readonly SwarmTask[], limit: number): string[] {
  return [...new Set(tasks.map((task) => task.problem).filter((problem) => problem !== ""))].slice(0, limit);
}
