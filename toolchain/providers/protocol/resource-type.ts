import type { PropertyMap } from "./value.ts";

/** How grave a message to the user is. */
export type LogSeverity = "debug" | "info" | "warning" | "error";

/** What every call knows of its resource and its surroundings. */
export interface CallContext {
  /** The resource's URN. */
  readonly urn: string;
  /** The resource's logical name in the program. */
  readonly name: string;
  /** Aborted when the engine cancels (^C) or goes away: stop waiting, clean up half-made things, throw. */
  readonly signal: AbortSignal;
  /** Shows a message beside the resource; an ephemeral one only while the resource is being worked on. Never throws. */
  log(severity: LogSeverity, message: string, options?: { readonly ephemeral?: boolean }): void;
}

/** What a call that acts knows besides. */
export interface ActionContext extends CallContext {
  /** The resource option `customTimeouts` in seconds; `undefined` when the program gave none. */
  readonly timeoutSeconds: number | undefined;
}

export interface CheckRequest {
  /** The inputs that the program gives now. */
  readonly news: PropertyMap;
  /** The checked inputs of the last time; `{}` for a new resource, and for the new half of a replacement. */
  readonly olds: PropertyMap;
  /** Random, but the same whenever this step is repeated: the seed of generated names. */
  readonly randomSeed: Uint8Array;
}

/** One reason to refuse the inputs. */
export interface CheckFailure {
  /** The property at fault; `undefined` when the reason names it. */
  readonly property?: string | undefined;
  readonly reason: string;
}

export interface CheckResult {
  /** The inputs with defaults filled in. */
  readonly inputs: PropertyMap;
  readonly failures?: readonly CheckFailure[];
}

export interface DiffRequest {
  readonly id: string;
  /** The state: the outputs of the last time. */
  readonly state: PropertyMap;
  /** The checked inputs now. */
  readonly news: PropertyMap;
  /** The checked inputs of the last time. */
  readonly oldInputs: PropertyMap;
  /** The resource option `ignoreChanges`. */
  readonly ignoreChanges: readonly string[];
}

/** What happens to one property; the `_REPLACE` kinds ask for a new resource. */
export type DiffKind = "ADD" | "ADD_REPLACE" | "DELETE" | "DELETE_REPLACE" | "UPDATE" | "UPDATE_REPLACE";

export interface PropertyChange {
  readonly kind: DiffKind;
  /** Whether the difference is between inputs, not between state and inputs. @default false */
  readonly inputDiff?: boolean;
}

export interface DiffResult {
  readonly changes: "none" | "some";
  /** Top-level properties that differ. @default [] */
  readonly diffs?: readonly string[];
  /** Differences by path, as `a.b[0]`; `undefined` answers no detailed diff at all. */
  readonly detailedDiff?: { readonly [path: string]: PropertyChange };
  /** Properties whose change asks for a replacement. @default [] */
  readonly replaces?: readonly string[];
  /** Properties that never change while the resource lives. @default [] */
  readonly stables?: readonly string[];
  /** @default false */
  readonly deleteBeforeReplace?: boolean;
}

export interface CreateRequest {
  readonly inputs: PropertyMap;
  /** A preview must not touch anything; it may answer an empty id and unknown properties. */
  readonly preview: boolean;
}

export interface CreateResult {
  readonly id: string;
  readonly properties: PropertyMap;
}

export interface ReadRequest {
  readonly id: string;
  /** The state; `{}` when a resource is imported. */
  readonly state: PropertyMap;
  /** The checked inputs of the last time; `{}` when a resource is imported. */
  readonly inputs: PropertyMap;
}

export interface ReadResult {
  readonly id: string;
  readonly properties: PropertyMap;
  readonly inputs: PropertyMap;
}

export interface UpdateRequest {
  readonly id: string;
  readonly state: PropertyMap;
  readonly news: PropertyMap;
  readonly oldInputs: PropertyMap;
  readonly ignoreChanges: readonly string[];
  readonly preview: boolean;
}

export interface DeleteRequest {
  readonly id: string;
  readonly state: PropertyMap;
  readonly oldInputs: PropertyMap;
}

/**
 * One resource type of a provider. Every method may throw: an `Error` fails the call with its message as the user
 * reads it; `InitializationFailed` fails a create or update but keeps the resource in the state.
 */
export interface ResourceType {
  /** The full token, as `docker:index/network:Network`. */
  readonly token: string;
  check(request: CheckRequest, context: CallContext): CheckResult | Promise<CheckResult>;
  diff(request: DiffRequest, context: CallContext): DiffResult | Promise<DiffResult>;
  create(request: CreateRequest, context: ActionContext): Promise<CreateResult>;
  /** Answers `undefined` when the resource is gone. Absent: the state is answered as it is. */
  read?(request: ReadRequest, context: ActionContext): Promise<ReadResult | undefined>;
  /** Answers the new properties. Absent: an update is refused. */
  update?(request: UpdateRequest, context: ActionContext): Promise<PropertyMap>;
  /** Absent: nothing is done. */
  delete?(request: DeleteRequest, context: ActionContext): Promise<void>;
}
