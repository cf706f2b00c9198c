import { tools } from "../local/prerequisites/tools.ts";
import { mayBeSkipped } from "./may-be-skipped.ts";

/** A test that did not pass, as the reporter tells it. */
export type Outcome = FailedTest | SkippedTest;

/** Where a test stands; Node does not always know. */
interface TestPlace {
  readonly name: string;
  /** Relative to the repository. */
  readonly file?: string;
  readonly line?: number;
}

export interface FailedTest extends TestPlace {
  readonly kind: "failed";
  /** The first lines of its error. */
  readonly error: readonly string[];
  /** Programs that it could not start because they are not there. */
  readonly missing: readonly string[];
}

export interface SkippedTest extends TestPlace {
  readonly kind: "skipped";
  readonly reason: string;
}

/** What a run is told to have come to, once more at its end. */
export interface Summary {
  /** Empty when there is nothing to tell. */
  readonly text: string;
  /** Skipped tests that are not on the allow-list: a run with one has not passed. */
  readonly unallowed: readonly SkippedTest[];
}

/** The outcomes in a reporter's output. */
export function parseOutcomes(text: string): Outcome[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Outcome);
}

/** Programs that an error says are not there: Node's own words for it, ours, and the shell's. */
export function missingPrograms(error: string): string[] {
  const words = [
    /\bspawn(?:Sync)? (\S+) ENOENT/g,
    /(\S+): not found on this machine/g,
    /\b(?:ba)?sh: (?:line )?\d+: (\S+?): (?:command )?not found/g,
    /^\s*(?:Error: )?(\S+) is missing; install it/gm,
    /Command failed with ENOENT: (\S+)/g,
  ];
  const found = words.flatMap((pattern) => [...error.matchAll(pattern)].map(([, name = ""]) => name));
  return [...new Set(found)].sort();
}

/** What failed, what was skipped and why, and which programs were missing, in that order. */
export function summarize(outcomes: readonly Outcome[]): Summary {
  const failed = outcomes.filter((outcome) => outcome.kind === "failed");
  const skipped = outcomes.filter((outcome) => outcome.kind === "skipped");
  const unallowed = skipped.filter((test) => mayBeSkipped(test) === undefined);
  const missing = [...new Set(failed.flatMap((test) => test.missing))].sort();
  const parts = [
    section("what failed", failed.map(failureText)),
    section("what was skipped", skipped.map(skipText)),
    section("programs that are missing", missing.map(missingText)),
  ];
  return { text: parts.filter((part) => part !== "").join("\n\n"), unallowed };
}

function section(title: string, entries: readonly string[]): string {
  return entries.length === 0 ? "" : `── ${title}\n\n${entries.join("\n")}`;
}

function failureText(test: FailedTest): string {
  return `✖ ${test.name}${place(test)}\n${test.error.map((line) => `  ${line}`).join("\n")}\n`;
}

function skipText(test: SkippedTest): string {
  const allowed = mayBeSkipped(test);
  const verdict =
    allowed ?? "no test may be skipped for that: let it run, or give it a reason in test/may-be-skipped.ts";
  return `${allowed === undefined ? "✖" : "-"} ${test.name}${place(test)}: ${test.reason} (${verdict})`;
}

function missingText(name: string): string {
  const tool = tools.find(({ needs }) => needs === name || `/${needs}` === name);
  return tool === undefined
    ? `✖ ${name}: not in local/prerequisites/tools.ts`
    : `✖ ${name}: apt-get install -y --no-install-recommends ${tool.debianPackage}`;
}

function place({ file, line }: TestPlace): string {
  return file === undefined ? "" : ` (${file}:${line ?? ""})`;
}
