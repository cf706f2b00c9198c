import type { RestoreEvent } from "../../recovery/restore/journal/event.ts";
import { undoneBy, type OneService, type RestorePlan } from "../../recovery/restore/plan/restore-plan.ts";
import { renderPhase, renderReport } from "../../recovery/restore/report/report.ts";

/** A plan on one screen: the point, then each phase with its estimate. */
export function renderPlan(plan: RestorePlan): string {
  const { next, service } = plan;
  const total = plan.phases.reduce((sum, phase) => sum + phase.seconds, 0);
  return [
    `${headline(plan)}, about ${duration(total)}`,
    ...(service === null ? [] : renderService(plan, service)),
    `  ${service === null ? "afterwards" : "stays"}: lineage ${next.lineage}, generation ${next.generation}, host ${next.host.slice(0, 8)}`,
    ...plan.leftOut.map(({ sentence }) => `  warning: ${sentence}`),
    ...plan.phases.map(({ name, what, seconds, skip }) => {
      return `  ${name.padEnd(12)} ${(skip === null ? `~${duration(seconds)}` : "left out").padStart(8)}  ${skip ?? what}`;
    }),
  ].join("\n");
}

function headline(plan: RestorePlan): string {
  const { stack, point, service, phases } = plan;
  const undone = undoneBy(plan);
  if (undone !== null) return `Undo of restore ${undone.restore} of ${service?.name ?? ""} on ${stack}`;
  const what = service === null ? stack : `${service.name} on ${stack}`;
  const bytes = service === null ? point.bytes : (phases.find(({ name }) => name === "fetch")?.bytes ?? null);
  return `Restore of ${what} from point ${point.id} (${point.instant}, ${point.from}${size(bytes)})`;
}

/** What is replaced, and where it stays; how long the store is away. */
function renderService({ id, phases }: RestorePlan, { name, liveBytes }: OneService): string[] {
  const away = phases
    .filter((phase) => !["locate", "fetch", "close", "safety-point", "record"].includes(phase.name))
    .reduce((sum, phase) => sum + phase.seconds, 0);
  return [
    `  replaces: the current data of ${name}${size(liveBytes)}; it is kept on the host, and comes back with ./kaleem restore --undo ${id}`,
    `  away: ${name} for about ${duration(away)}; what needs it fails meanwhile, the rest is served`,
  ];
}

/**
 * The lines for an event of a restore, for a person who watches; none for what is not worth a line. `plan` is the
 * running restore's, once it is known.
 */
export function renderRestoreEvent(event: RestoreEvent, plan: RestorePlan | null): string[] {
  switch (event.event) {
    case "refused":
      return event.refusals.map((refusal) => refusal.sentence);
    case "planned":
      return [renderPlan(event.plan)];
    case "begun":
      return [
        event.resumed ? `Continues the unfinished restore ${event.plan.id}` : "",
        renderPlan(event.plan),
        "",
      ].slice(event.resumed ? 0 : 1);
    case "phase-started": {
      const planned = plan?.phases.find((phase) => phase.name === event.phase);
      return planned === undefined
        ? [`  … ${event.phase}`]
        : [`  … ${event.phase}: ${planned.what} (~${duration(planned.seconds)}${size(planned.bytes)})`];
    }
    case "phase-progress":
      return [`  … ${event.phase}: ${megabytes(event.bytes)} of ${megabytes(event.totalBytes)}`];
    case "phase-finished": {
      const { phase: name, state, seconds, bytes, detail } = event;
      return [renderPhase({ name, state, seconds, bytes, detail, startedAt: "" })];
    }
    case "fetched":
      return [];
    case "report":
      return ["", renderReport(event.report)];
    default:
      return event satisfies never;
  }
}

function size(bytes: number | null): string {
  return bytes === null ? "" : `, ${megabytes(bytes)}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function duration(seconds: number): string {
  return seconds < 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
