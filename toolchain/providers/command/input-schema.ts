import { sentenceOf } from "../../../contract/sentence-of.ts";
import type { CheckFailure, CheckResult } from "../protocol/resource-type.ts";
import { isList, isPropertyMap, Secret, unknown } from "../protocol/value.ts";
import type { PropertyMap, Value } from "../protocol/value.ts";

/** What one property may hold. */
export interface PropertyRule {
  readonly kind: "text" | "number" | "boolean" | "list" | "texts by name" | "object" | "content";
  readonly required?: boolean;
  /** The value is wrapped as a secret whatever the program gave. */
  readonly secret?: boolean;
  readonly default?: string | number;
  /** The legal texts, when not every text is. */
  readonly oneOf?: readonly string[];
  /** The members of an object. */
  readonly members?: InputSchema;
  /** Why the stand-in refuses a property that the official plugin has. */
  readonly refused?: string;
  /** Looks at the value more closely: answers what it becomes, or throws the reason to refuse it. */
  readonly normalize?: (value: Value) => Value;
}

export type InputSchema = Readonly<Record<string, PropertyRule>>;

/** Checks inputs against a schema: every problem at once, each with the path of its property; values are never shown. */
export function checkInputs(schema: InputSchema, news: PropertyMap): CheckResult {
  const failures: CheckFailure[] = [];
  const inputs = checkMembers("", schema, news, (path, problem) => {
    // `property` stays away: the engine would print the value beside it, which may be a secret.
    failures.push({ reason: `${path}: ${problem}` });
  });
  return { inputs, failures };
}

type Report = (path: string, problem: string) => void;

function checkMembers(path: string, schema: InputSchema, given: PropertyMap, report: Report): PropertyMap {
  const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(schema, name)) continue;
    report(
      at(name),
      `no such property; the stand-in command provider knows ${Object.keys(schema).sort().join(", ")}.`,
    );
  }
  const checked: Record<string, Value> = {};
  for (const [name, rule] of Object.entries(schema)) {
    const value = given[name] ?? rule.default;
    if (value === undefined) {
      if (rule.required === true) report(at(name), `is missing; expected ${expectation(rule)}.`);
      continue;
    }
    const result = checkValue(at(name), rule, value, report);
    checked[name] = rule.secret === true && !(result instanceof Secret) ? new Secret(result) : result;
  }
  return checked;
}

function checkValue(path: string, rule: PropertyRule, value: Value, report: Report): Value {
  if (value instanceof Secret) return new Secret(checkValue(path, rule, value.value, report));
  if (rule.refused !== undefined) {
    report(path, rule.refused);
    return value;
  }
  if (rule.normalize !== undefined) {
    try {
      return rule.normalize(value);
    } catch (error) {
      report(path, sentenceOf(error));
      return value;
    }
  }
  if (value === unknown) return value;
  if (rule.kind === "object" && isPropertyMap(value))
    return checkMembers(path, rule.members ?? {}, value, report);
  if (rule.kind === "texts by name" && isPropertyMap(value)) {
    for (const [name, element] of Object.entries(value)) {
      if (element !== undefined && element !== null)
        checkValue(`${path}.${name}`, { kind: "text" }, element, report);
    }
    return value;
  }
  if (!matches(rule, value))
    report(
      path,
      `expected ${expectation(rule)}, got ${rule.oneOf !== undefined && typeof value === "string" ? "another text" : kindOf(value)}.`,
    );
  return value;
}

function matches(rule: PropertyRule, value: Value): boolean {
  switch (rule.kind) {
    case "text":
      return typeof value === "string" && (rule.oneOf?.includes(value) ?? true);
    case "number":
      return typeof value === "number" && Number.isInteger(value);
    case "boolean":
      return typeof value === "boolean";
    case "list":
      return isList(value);
    case "texts by name":
    case "object":
    case "content":
      return isPropertyMap(value);
    default:
      return rule.kind satisfies never;
  }
}

function expectation(rule: PropertyRule): string {
  if (rule.oneOf !== undefined) return `one of ${rule.oneOf.join(", ")}`;
  switch (rule.kind) {
    case "number":
      return "a whole number";
    case "texts by name":
      return "an object of texts";
    case "object":
      return "an object";
    case "content":
      return "a FileAsset, a StringAsset or a FileArchive";
    default:
      return `a ${rule.kind}`;
  }
}

function kindOf(value: Value): string {
  if (typeof value === "string") return "a text";
  if (typeof value === "number") return "a number";
  if (typeof value === "boolean") return "a boolean";
  return isList(value) ? "a list" : "an object";
}
