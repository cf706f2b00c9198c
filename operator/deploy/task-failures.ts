import { z } from "zod";

/** A task that failed, or does not get healthy, with what its container said. */
export interface TaskFailure {
  readonly service: string;
  /** Swarm's id of the task. */
  readonly id: string;
  /** In words, such as `rejected: No such image: …` or `is not healthy (starting)`. */
  readonly state: string;
  /** It has ended with an error; otherwise it may still get well. */
  readonly ended: boolean;
  /** What its last health check printed; none when it has none. */
  readonly check: readonly string[];
  /** The container's last lines; none when there never was a container. */
  readonly log: readonly string[];
}

/** How a host's tasks are. */
export interface TaskView {
  /** The newest of each service first. */
  readonly failures: readonly TaskFailure[];
  /** Tasks that run healthily, by Swarm's ids: a service that is being updated has such beside those that fail. */
  readonly well: ReadonlySet<string>;
}

const seenTask = z.looseObject({
  ID: z.string(),
  Name: z.string(),
  CurrentState: z.string(),
  DesiredState: z.string(),
  Error: z.string(),
});
type SeenTask = z.infer<typeof seenTask>;
const seenContainer = z.strictObject({
  task: z.string(),
  health: z.string(),
  check: z.string(),
  log: z.string(),
});
const seenLine = z.union([z.object({ task: seenTask }), z.object({ container: seenContainer })]);

const shownLines = 8;
const shownLength = 240;

/** Reads what look-at-tasks.sh printed. Pure. */
export function readTasks(printed: string): TaskView {
  const lines = printed.split("\n").filter((line) => line !== "");
  const seen = lines.map((line) => seenLine.parse(JSON.parse(line)));
  const containers = new Map(
    seen.flatMap((each) => ("container" in each ? [[each.container.task, each.container]] : [])),
  );
  const failures: TaskFailure[] = [];
  const well = new Set<string>();
  for (const each of seen) {
    if (!("task" in each)) continue;
    const service = serviceOf(each.task.Name);
    const container = containers.get(each.task.ID);
    const state = stateOf(each.task, container?.health);
    if (state === "well") well.add(each.task.ID);
    if (state === "well" || state === "told to stop") continue;
    const { check = "", log = "" } = container ?? {};
    const ended = hasEnded(each.task);
    failures.push({ service, id: each.task.ID, state, ended, check: textLines(check), log: textLines(log) });
  }
  return { failures, well };
}

/** A container that is listed is not healthy: it has no health check, or that has not passed yet, or no more. */
function stateOf(task: SeenTask, health: string | undefined): string {
  const verb = verbOf(task);
  if (task.Error !== "") return `${verb}: ${task.Error.replace(/^"|"$/g, "")}`;
  if (verb === "complete") return health === "unhealthy" ? "was stopped as unhealthy" : "ended by itself";
  if (task.DesiredState !== "Running" && task.DesiredState !== "Ready") return "told to stop";
  if (health !== undefined && health !== "none") return `is not healthy (${health})`;
  return verb === "running" ? "well" : `is ${verb}`;
}

/**
 * A program that obeys SIGTERM ends with exit code 0 when Swarm stops it as unhealthy: Swarm calls that complete, without an error.
 * A task that was told to stop is called shut down.
 */
function hasEnded(task: SeenTask): boolean {
  return task.Error !== "" || verbOf(task) === "complete";
}

/** `Running 2 minutes ago` → `running`. */
function verbOf({ CurrentState }: SeenTask): string {
  return (CurrentState.split(" ")[0] ?? "").toLowerCase();
}

/** `api.2` is the second task of api; history is drawn with ` \_ ` before it. */
function serviceOf(name: string): string {
  return name.replace(/^[\s\\_]+/, "").replace(/\.[^.]+$/, "");
}

function textLines(base64: string): string[] {
  return Buffer.from(base64, "base64")
    .toString("utf8")
    .split("\n")
    .map((line) => line.trimEnd().slice(0, shownLength))
    .filter((line) => line !== "")
    .slice(-shownLines);
}

/** One failure a service: its newest that has something to tell. `failures` are as Docker lists them, the newest first. */
export function newestOfEach(failures: readonly TaskFailure[]): TaskFailure[] {
  const newest = new Map<string, TaskFailure>();
  for (const failure of failures.toReversed())
    newest.set(failure.service, moreTelling(newest.get(failure.service), failure));
  return [...newest.values()];
}

/**
 * The later of two failures of a service, but for one that has just started in the place of one that ended: until its first health
 * check it cannot say why it is not well.
 */
export function moreTelling(earlier: TaskFailure | undefined, later: TaskFailure): TaskFailure {
  const isTelling =
    later.ended || later.check.length > 0 || (earlier?.ended !== true && later.log.length > 0);
  return earlier === undefined || isTelling ? later : earlier;
}

/** A paragraph a failure, for a person: the task's state, then its health check's and its container's last words. */
export function renderTaskFailures(failures: readonly TaskFailure[]): string {
  return failures
    .flatMap(({ service, state, check, log }) => [
      `  ${service}: its last task ${state}`,
      ...(check.length === 0 ? [] : [`    its health check said: ${check.join(" | ")}`]),
      ...(log.length === 0 ? [] : ["    its last log lines:", ...log.map((line) => `      ${line}`)]),
    ])
    .join("\n");
}
