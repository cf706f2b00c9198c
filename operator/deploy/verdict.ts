/** What one service should be. */
export interface WantedService {
  readonly name: string;
  /** Image reference with digest. */
  readonly image: string;
  readonly replicas: number;
}

/** One running task, as the host's Docker shows it. */
export interface SeenTask {
  readonly service: string;
  readonly image: string;
  readonly state: string;
  /** `healthy`, `starting`, `unhealthy`, or `none` without a health check: such a one counts as healthy while it runs. */
  readonly health: string;
}

/** In what a service is not as declared. */
export type Difference =
  | { readonly kind: "count"; readonly service: string; readonly wanted: number; readonly running: number }
  /** Another image runs: Swarm went back to it, or never left it. */
  | { readonly kind: "image"; readonly service: string; readonly wanted: string; readonly running: string }
  /** So many of its running tasks are not healthy; `health` is what the first of them is. */
  | {
      readonly kind: "health";
      readonly service: string;
      readonly sick: number;
      readonly running: number;
      readonly health: string;
    };

/**
 * Whether what was declared runs: all differences, none when it does. An update that was reported as a success need not be one, since
 * Swarm may have rolled it back. Pure.
 */
export function judgeRunning(wanted: readonly WantedService[], seen: readonly SeenTask[]): Difference[] {
  return wanted.flatMap(({ name: service, image, replicas }) => {
    const tasks = seen.filter((task) => task.service === service && task.state === "running");
    const running = tasks.length;
    const differences: Difference[] = [];
    if (running !== replicas) differences.push({ kind: "count", service, wanted: replicas, running });
    const other = tasks.find((task) => task.image !== image);
    if (other !== undefined)
      differences.push({ kind: "image", service, wanted: image, running: other.image });
    const sick = tasks.filter((task) => task.health !== "healthy" && task.health !== "none");
    const [first] = sick;
    if (first !== undefined)
      differences.push({ kind: "health", service, sick: sick.length, running, health: first.health });
    return differences;
  });
}

/** A difference as a sentence. */
export function differenceSentence(difference: Difference): string {
  const { service } = difference;
  switch (difference.kind) {
    case "count":
      return `${service}: ${difference.wanted} tasks were declared, ${difference.running} run`;
    case "image":
      return `${service}: ${difference.wanted} was declared, ${difference.running} runs (rolled back?)`;
    case "health":
      return `${service}: ${difference.sick} of ${difference.running} tasks are ${difference.health}`;
  }
}
