import type { Check } from "../../recovery/restore/verify/check.ts";
import { notCompared } from "../../recovery/restore/verify/judge-inventories.ts";
import type { Refusal } from "../../recovery/restore/plan/refusal.ts";
import { silence, type CheckName, type Said, type Without } from "./checks.ts";

/** What a fault was judged to be. */
export type Outcome =
  /** The verdict names it. */
  | "found"
  /** The verdict is that all is well. */
  | "missed"
  /** Something was said, and not what had to be. */
  | "otherwise";

/** How one run ended. */
export interface Judged {
  readonly outcome: Outcome;
  /** What was said, without what is switched off. */
  readonly said: readonly Said[];
}

/** Whether a verdict says of a fault what it must. Pure. */
export function judgeFault(
  named: readonly (string | RegExp)[],
  all: readonly Said[],
  without: Without = new Set(),
): Judged {
  const said = silence(all, without);
  if (said.length === 0) return { outcome: "missed", said };
  const isNamed = (wanted: string | RegExp): boolean =>
    said.some(({ sentence }) =>
      typeof wanted === "string" ? sentence.includes(wanted) : wanted.test(sentence),
    );
  return { outcome: named.every(isNamed) ? "found" : "otherwise", said };
}

/** Why a restore was refused before it began. */
export function saidOfRefusals(refusals: readonly Refusal[]): Said[] {
  return refusals.map(({ sentence }) =>
    /^restore: the head record says that point \S+ of \S+ was shipped/.test(sentence)
      ? say(["newest point"], `newest point: ${sentence}`)
      : say(["plan"], `plan: ${sentence}`),
  );
}

/** One sentence of one check. */
export function say(checks: readonly CheckName[], sentence: string): Said {
  return { checks, family: null, sentence };
}

/** What a fetched point was refused for: its message has a line for each. */
export function saidOfManifest(message: string): Said[] {
  const lines = message.split("\n").flatMap((line) => (line.startsWith("  ") ? [line.trim()] : []));
  return lines.map((line) => say(manifestChecks(line), `manifest: ${line}`));
}

const inWords: readonly (readonly [string, CheckName])[] = [
  ["names, kinds or targets of links", "manifest: names"],
  ["sizes of files", "manifest: sizes"],
  ["modes or owners", "manifest: access"],
  ["modification times", "manifest: times"],
];

function manifestChecks(line: string): CheckName[] {
  if (/: the manifest says .*, the point's tag /.test(line)) return ["manifest: tags"];
  if (/\.(files|bytes): the manifest says /.test(line)) return ["manifest: sums"];
  const [, what] = /\.digest: not the same (.*?): in /.exec(line) ?? [];
  if (what === undefined) return ["manifest: form"];
  return inWords.flatMap(([words, check]) => (what.includes(words) ? [check] : []));
}

/** What the verification after a restore says that is not as it has to be. */
export function saidOfChecks(all: readonly Check[]): Said[] {
  const silent = new Set(
    all.filter(({ name, result }) => name === "canary" && result === "not-made").map(({ store }) => store),
  );
  return all.flatMap((check): Said[] => {
    const { name, store, result, sentence } = check;
    // What a drill is told to do without is not proven, whoever accepted it.
    if (name === notCompared) return [say(["inventory: known"], sentence)];
    if (result === "ok") return [];
    if (result === "not-made") return [say([silent.has(store) ? "start" : "inventory: known"], sentence)];
    if (name === "canary" || name === "version") return [say([name], sentence)];
    if (name.startsWith("directory ")) return [say(["manifest: sums"], sentence)];
    const [family = ""] = /^[^:]+: [^:]+/.exec(sentence) ?? [];
    return [{ checks: inventoryChecks(sentence), family, sentence }];
  });
}

/** Of the items of an entry several things may be said at once. */
const ofItems: readonly (readonly [RegExp, CheckName])[] = [
  [
    /^of those that go by themselves from \S+ on: (expected \d+, got \d+|\d+, as expected, with other content)$/,
    "inventory: due",
  ],
  [/^expected at most \d+ that were due to go, got \d+$/, "inventory: due"],
  [/^expected \d+, got \d+$/, "inventory: count"],
  [
    /^\d+, as expected, with other content( of the \d+ that were looked at)?(, \d+ bytes became \d+)?$/,
    "inventory: content",
  ],
  [/^\d+ that were due to go are all there, with other content$/, "inventory: content"],
];

/** Kinds of entries that hold items; all others are told by how they are made. */
const kindsOfItems =
  /^[^:]+: (keys|fields|documents|points|messages|objects|versions|delete markers|contents|executions): /;

function inventoryChecks(sentence: string): CheckName[] {
  const told = sentence.replace(/; (to accept it|accepted by): --accept [^]*$/, "");
  if (/: is missing(, and with it \d+ entries below it)?$/.test(told)) return ["inventory: missing"];
  if (/: is there, and should not be$/.test(told)) return ["inventory: extra"];
  if (!kindsOfItems.test(told)) return ["inventory: options"];
  return saidOfItems(told) ?? ["inventory: options"];
}

/** A name may hold anything: what is said begins where all of the rest is known. */
function saidOfItems(told: string): CheckName[] | null {
  for (let at = told.indexOf(": "); at >= 0; at = told.indexOf(": ", at + 1)) {
    const parts = told.slice(at + 2).split("; ");
    const said = parts.map((part) => ofItems.find(([pattern]) => pattern.test(part))?.[1]);
    if (said.every((check) => check !== undefined)) return [...new Set(said)];
  }
  return null;
}
