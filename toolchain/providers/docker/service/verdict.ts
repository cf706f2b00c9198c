import type { SwarmTask, UpdateStatus } from "./swarm.ts";

/** What one look at a service tells. */
export type Verdict =
  | { readonly kind: "done"; readonly running: number }
  | { readonly kind: "waiting"; readonly running: number }
  /** All that is wanted runs, and beside it what Swarm forgot to stop. */
  | { readonly kind: "surplus"; readonly running: number }
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
      return { kind: progressOf(look, running), running: running.length };
    }
  }
}

/** The tasks that run what is wanted and are meant to go on. */
function runningTasks({ tasks, wanted }: Look): SwarmTask[] {
  return tasks.filter(
    (task) => task.desiredState === "running" && task.state === "running" && task.fingerprint === wanted,
  );
}

/**
 * Where a service is that Swarm does not update. A task that fails while Swarm updates its place is replaced twice, by the update
 * and by the restart, and neither knows of the other (moby/swarmkit#2242): both then stay there, until something
 * makes Swarm look at the service again.
 */
function progressOf(
  { tasks, replicas }: Look,
  running: readonly SwarmTask[],
): "done" | "waiting" | "surplus" {
  const meant = tasks.filter((task) => task.desiredState === "running" || task.desiredState === "ready");
  const places = new Set(meant.map(({ place }) => place));
  const filled = new Set(running.map(({ place }) => place));
  if (replicas === undefined ? places.size === 0 : places.size !== replicas) return "waiting";
  if (filled.size < places.size) return "waiting";
  return meant.length === places.size ? "done" : "surplus";
}

/** What the failed tasks of a service complained of, newest first, each once. */
export function problemsOf(tasks: readonly SwarmTask[], limit: number): string[] {
  return [...new Set(tasks.map((task) => task.problem).filter((problem) => problem !== ""))].slice(0, limit);
}
