/** How often each thing was done to resources in one run. */
export interface ResourceChanges {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly replace: number;
  readonly same: number;
}

/** One step of one resource, for a progress line. */
export interface ResourceProgress {
  readonly urn: string;
  /** Such as `docker:index/service:Service`. */
  readonly type: string;
  /** The resource's own name. */
  readonly name: string;
  readonly action: "creating" | "created" | "updating" | "updated" | "deleting" | "deleted" | "failed";
  /** From the step's start to this event; 0 when it begins. */
  readonly seconds: number;
}

/** One step that the engine means to do. */
export interface PlannedStep {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** The engine's own word, such as `create-replacement`. */
  readonly op: string;
}

/** What the engine's event log said so far. */
export interface EngineRecord {
  readonly changes: ResourceChanges;
  /** Errors, each with the resource it is about; without repetitions. */
  readonly errors: readonly string[];
  /** Warnings, likewise. */
  readonly warnings: readonly string[];
}

/** The fields read from the engine's events (apitype.EngineEvent of Pulumi); everything else is passed over. */
interface EngineEvent {
  readonly timestamp: number;
  readonly resourcePreEvent?: { readonly metadata: StepMetadata };
  readonly resOutputsEvent?: { readonly metadata: StepMetadata };
  readonly resOpFailedEvent?: { readonly metadata: StepMetadata };
  readonly diagnosticEvent?: { readonly urn?: string; readonly severity: string; readonly message: string };
  readonly policyEvent?: {
    readonly policyName: string;
    readonly enforcementLevel: string;
    readonly message: string;
  };
  readonly summaryEvent?: { readonly resourceChanges?: Readonly<Record<string, number>> };
}

interface StepMetadata {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
}

const verbs = new Map<string, readonly [ResourceProgress["action"], ResourceProgress["action"]]>([
  ["create", ["creating", "created"]],
  ["create-replacement", ["creating", "created"]],
  ["update", ["updating", "updated"]],
  ["delete", ["deleting", "deleted"]],
  ["delete-replaced", ["deleting", "deleted"]],
]);

/** Reads an engine's event log, line by line, into progress and a final record. */
export class EngineEventReader {
  private readonly onResource: (progress: ResourceProgress) => void;
  private readonly onStep: ((step: PlannedStep) => void) | undefined;
  private readonly onDone: ((step: PlannedStep) => void) | undefined;
  private readonly now: () => number;
  private readonly begun = new Map<string, number>();
  private readonly errors = new Set<string>();
  private readonly warnings = new Set<string>();
  private changes: Readonly<Record<string, number>> = {};

  /** `now` gives milliseconds; the log's own times are whole seconds, too coarse to show. */
  constructor(
    onResource: (progress: ResourceProgress) => void,
    {
      now = Date.now,
      onStep,
      onDone,
    }: {
      readonly now?: () => number;
      readonly onStep?: ((step: PlannedStep) => void) | undefined;
      readonly onDone?: ((step: PlannedStep) => void) | undefined;
    } = {},
  ) {
    this.onResource = onResource;
    this.onStep = onStep;
    this.onDone = onDone;
    this.now = now;
  }

  /** Takes one line of the log. Throws when it is not JSON, which would mean that the log is not what it should be. */
  read(line: string): void {
    const event = JSON.parse(line) as EngineEvent;
    if (event.resourcePreEvent !== undefined) this.begin(event.resourcePreEvent.metadata);
    if (event.resOutputsEvent !== undefined) this.end(event.resOutputsEvent.metadata, 1);
    if (event.resOpFailedEvent !== undefined) this.end(event.resOpFailedEvent.metadata, "failed");
    if (event.summaryEvent !== undefined) this.changes = event.summaryEvent.resourceChanges ?? {};
    if (event.diagnosticEvent !== undefined) this.note(event.diagnosticEvent);
    if (event.policyEvent !== undefined) this.judge(event.policyEvent);
  }

  /** What has been read so far. */
  record(): EngineRecord {
    const count = (op: string): number => this.changes[op] ?? 0;
    return {
      changes: {
        create: count("create"),
        update: count("update"),
        delete: count("delete"),
        replace: count("replace"),
        same: count("same"),
      },
      errors: [...this.errors],
      warnings: [...this.warnings],
    };
  }

  private begin(step: StepMetadata): void {
    this.onStep?.({ ...describe(step), op: step.op });
    const verb = verbs.get(step.op);
    if (verb === undefined) return;
    this.begun.set(`${step.op} ${step.urn}`, this.now());
    this.onResource({ ...describe(step), action: verb[0], seconds: 0 });
  }

  private end(step: StepMetadata, outcome: 1 | "failed"): void {
    if (outcome === 1) this.onDone?.({ ...describe(step), op: step.op });
    const verb = verbs.get(step.op);
    const begun = this.begun.get(`${step.op} ${step.urn}`);
    if (verb === undefined || begun === undefined) return;
    // A component's outputs come after its creation: report it once.
    this.begun.delete(`${step.op} ${step.urn}`);
    const action = outcome === "failed" ? "failed" : verb[outcome];
    this.onResource({ ...describe(step), action, seconds: (this.now() - begun) / 1000 });
  }

  /** A policy that could not run comes as advisory, whatever its level is: it must not pass for one that was kept. */
  private judge({ policyName, enforcementLevel, message }: NonNullable<EngineEvent["policyEvent"]>): void {
    const target = enforcementLevel === "mandatory" ? this.errors : this.warnings;
    target.add(`policy ${policyName}: ${message.replaceAll(/<\{%[^%]*%\}>/g, "").trim()}`);
  }

  private note(diagnostic: {
    readonly urn?: string;
    readonly severity: string;
    readonly message: string;
  }): void {
    const target = { error: this.errors, warning: this.warnings }[diagnostic.severity];
    const message = diagnostic.message.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
    if (target === undefined || message === "") return;
    const name = diagnostic.urn === undefined || diagnostic.urn === "" ? "" : `${nameOf(diagnostic.urn)}: `;
    target.add(`${name}${message}`);
  }
}

function describe(step: StepMetadata): Pick<ResourceProgress, "urn" | "type" | "name"> {
  return { urn: step.urn, type: step.type, name: nameOf(step.urn) };
}

/** `urn:pulumi:stack::project::type::name`; the name may hold "::" itself. */
function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::") || urn;
}
