import type { z } from "zod";
import { nearest } from "../../catalog/nearest.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Everything that is wrong with a stack file, one sentence a line, each with the file and the path first. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(file: string, problems: readonly string[]) {
    super(problems.map((problem) => `${file}: ${problem}`).join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/**
 * Turns zod's issues into `path: expected …, got …`. `known` answers which keys may stand at a path, `isSecret` which
 * top-level keys are encrypted in the file: their values are never shown.
 */
export function sentences(
  issues: readonly Issue[],
  value: unknown,
  known: (path: Path) => readonly string[],
  isSecret: (key: string) => boolean,
): string[] {
  return issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => unknownKey([...issue.path, key], known(issue.path)));
    }
    if (issue.code === "invalid_key") {
      const [wrong] = issue.issues;
      const key = JSON.stringify(String(issue.path.at(-1)));
      const what = wrong === undefined ? undefined : advice(wrong, key);
      return [
        `${dotted(issue.path.slice(0, -1))}: ${wrong?.message ?? "expected another key"}, got the key ${key}${what === undefined ? "" : `; ${what}`}`,
      ];
    }
    const got = at(value, issue.path);
    if (got === undefined) return [`${dotted(issue.path)}: missing; ${expectation(issue)}`];
    const secret = isSecret(String(issue.path[0]));
    const what = secret ? undefined : advice(issue, got);
    return [
      `${dotted(issue.path)}: ${expectation(issue)}, got ${shown(got, secret)}${what === undefined ? "" : `; ${what}`}`,
    ];
  });
}

/** Keys that were renamed: the former name, by its whole path → the present one. */
const renamed: Readonly<Record<string, string>> = { fenced: "closed" };

/** A key that nothing reads, with the one that it is called now, or that was probably meant. */
export function unknownKey(path: Path, known: readonly string[]): string {
  const now = renamed[dotted(path)];
  if (now !== undefined) return `${dotted(path)}: renamed; write ${now}`;
  if (path.length === 2 && path[0] === "services" && nearest(String(path[1]), known) === undefined)
    return `${dotted(path)}: no service of the platform; an application says what it may use itself: write it below applications`;
  const meant = nearest(String(path.at(-1)), known);
  const advice =
    meant === undefined ? `known here: ${[...known].sort().join(", ")}` : `did you mean ${meant}?`;
  return `${dotted(path)}: unknown key; ${advice}`;
}

function expectation(issue: Issue): string {
  if (issue.message.startsWith("expected ")) return issue.message;
  if (issue.code === "invalid_type")
    return `expected ${issue.expected === "object" ? "keys with values" : `a ${issue.expected}`}`;
  if (issue.code === "invalid_value") return `expected ${issue.values.map(String).join(" or ")}`;
  return `expected something else (${issue.message})`;
}

/** What to do about it, where that is known: judged values say so, and a number and its text are easily taken for each other. */
function advice(issue: Issue, got: unknown): string | undefined {
  if (issue.code === "custom")
    return typeof issue.params?.["advice"] === "string" ? issue.params["advice"] : undefined;
  if (issue.code !== "invalid_type") return undefined;
  const wanted = String(issue.expected);
  if (wanted === "string" && (typeof got === "number" || typeof got === "boolean"))
    return "write a text: in quotes, and times and sizes with their unit";
  if ((wanted === "number" || wanted === "int") && typeof got === "string" && /^\d+(\.\d+)?$/.test(got))
    return `write it without quotes: ${Number(got)}`;
  return undefined;
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

function shown(value: unknown, secret: boolean): string {
  if (secret) return "a value that the file keeps secret";
  if (typeof value === "string" && /^\s*-----BEGIN [A-Z ]*PRIVATE KEY/.test(value))
    return "a private key, which is not shown";
  if (/AGE-SECRET-KEY-/i.test(JSON.stringify(value))) return "what opens a recovery kit, which is not shown";
  // A user and a password in an address are no secrets of the file's, and secrets all the same.
  const text = JSON.stringify(value).replaceAll(/:\/\/[^/"]*@/g, "://…@");
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** A path as messages have it: `services.api.memory`, `host.insecureRegistries[0]`. */
export function dotted(path: Path): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`))
    .join("");
}
