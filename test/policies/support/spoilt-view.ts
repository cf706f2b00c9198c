import { isRecord } from "../../../policies/property.ts";
import type { StackView } from "../../../policies/stack-view.ts";
import { compliantView } from "./compliant-view.ts";

/** A part of a spoilt view. A path such as `taskSpec.containerSpec.image` that leads nowhere throws. */
export interface Spoilable {
  /** Gives the last key of the path this value, be it new or not. */
  readonly set: (path: string, value: unknown) => void;
  /** Takes the last key of the path away; throws if it is not there. */
  readonly remove: (path: string) => void;
  /** Changes a part of the text at the path; throws if the text does not hold it. */
  readonly replace: (path: string, part: string, by: string) => void;
  /** The part below a path. */
  readonly at: (path: string) => Spoilable;
}

/** A copy of a compliant view that a test may spoil. */
export interface SpoiltView {
  readonly view: StackView;
  /** The view as a whole. */
  readonly whole: Spoilable;
  /** A declared resource by its logical name; throws if there is none. */
  readonly resource: (name: string) => Spoilable;
  /** The inputs of a declared resource. */
  readonly inputs: (name: string) => Spoilable;
  /** The container specification of a Swarm service. */
  readonly container: (name: string) => Spoilable;
}

/** A fresh copy of the compliant view; whatever is done to it, the next one is whole. */
export function spoiltView(compliant: () => StackView = compliantView): SpoiltView {
  const view = copy(compliant());
  const resource = (name: string): Spoilable => {
    const found = view.resources.find((each) => each.name === name);
    if (found === undefined) throw new Error(`the compliant view has no resource ${name}`);
    return spoilable(found);
  };
  return {
    view,
    whole: spoilable(view),
    resource,
    inputs: (name) => resource(name).at("inputs"),
    container: (name) => resource(name).at("inputs.taskSpec.containerSpec"),
  };
}

function spoilable(root: unknown): Spoilable {
  const place = (path: string): readonly [Record<string, unknown>, string] => {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    return [
      record(
        keys.reduce<unknown>((at, key) => record(at, path)[key], root),
        path,
      ),
      last,
    ];
  };
  return {
    set: (path, value) => {
      const [owner, key] = place(path);
      owner[key] = value;
    },
    remove: (path) => {
      const [owner, key] = place(path);
      if (!Reflect.has(owner, key)) throw new Error(`nothing to remove at ${path}`);
      Reflect.deleteProperty(owner, key);
    },
    replace: (path, part, by) => {
      const [owner, key] = place(path);
      const text = owner[key];
      if (typeof text !== "string" || !text.includes(part)) throw new Error(`no "${part}" at ${path}`);
      owner[key] = text.replace(part, by);
    },
    at: (path) => {
      const [owner, key] = place(path);
      return spoilable(owner[key]);
    },
  };
}

function record(value: unknown, path: string): Record<string, unknown> {
  if (!isRecord(value)) throw new Error(`the path ${path} leads nowhere`);
  return value;
}

/** A deep copy that keeps functions and sets, which structuredClone does not. */
function copy<T>(value: T): T {
  return copied(value) as T;
}

function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  if (value instanceof Set || !isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copied(inner)]));
}
