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
  /** `healthy`, `starting`, `unhealthy`, or `none` without a health check. */
  readonly health: string;
}

/**
 * Holds what runs against what was declared, because an update that was reported as a success need not be one:
 * Swarm may have rolled it back. Every difference is a sentence; none means that all runs as declared.
 */
export function compareRunning(wanted: readonly WantedService[], seen: readonly SeenTask[]): string[] {
  return wanted.flatMap(({ name, image, replicas }) => {
    const tasks = seen.filter((task) => task.service === name && task.state === "running");
    const differences: string[] = [];
    if (tasks.length !== replicas)
      differences.push(`${name}: ${replicas} tasks were declared, ${tasks.length} run`);
    const other = tasks.find((task) => task.image !== image);
    if (other !== undefined)
      differences.push(`${name}: ${image} was declared, ${other.image} runs (rolled back?)`);
    const sick = tasks.filter((task) => task.health !== "healthy");
    if (sick.length > 0)
      differences.push(`${name}: ${sick.length} of ${tasks.length} tasks are ${sick[0]?.health ?? "?"}`);
    return differences;
  });
}
