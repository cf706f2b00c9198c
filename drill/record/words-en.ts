import type { Recommendation } from "./drill-record.ts";
import type { RecordWords } from "./words.ts";

/** A span with at most one unit below its largest: `12.4 s`, `3 min 5 s`, `2 h 10 min`. */
function span(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  return rest > 0 ? `${minutes} min ${rest} s` : `${minutes} min`;
}

function recommendation(one: Recommendation): string {
  switch (one.code) {
    case "mend":
      return `Mend this and drill again: ${one.problem}`;
    case "not-verified":
      return `Find a way to verify what nobody looked at in ${one.store}: ${one.sentence}${one.coverage === null ? "" : ` (read was: ${one.coverage})`}`;
    case "declare-check":
      return "Declare a business check for this stack (businessChecks, docs/config.md): canaries alone prove less than writes that customers were promised.";
    case "near-limit":
      return one.objective === "rto"
        ? `Shorten the recovery: ${span(one.seconds)} of the ${span(one.limitSeconds)} that are promised are used up.`
        : `Take or ship points more often, or raise what is promised of ${one.of ?? "the platform"}: ${span(one.seconds)} of ${span(one.limitSeconds)} would be lost.`;
    case "slower":
      return `Find out why "${one.phase}" took ${span(one.seconds)}; it took ${span(one.beforeSeconds)} in drill ${one.before}.`;
    case "slowest":
      return `To recover faster begin with "${one.phase}": ${span(one.seconds)} of ${span(one.ofSeconds)}.`;
    case "people-waited":
      return `People took ${span(one.seconds)}, longer than the machines (${span(one.machineSeconds)}): shorten the runbook, or what it asks.`;
    case "late":
      return `Drill more often: the one before was ${one.days.toFixed(0)} days ago, and one is due after ${one.afterDays}.`;
    default:
      return one satisfies never;
  }
}

/** A record in English. */
export const english: RecordWords = {
  language: "en",
  direction: "ltr",
  own: "English",
  title: (stack) => `Recovery drill of ${stack}`,
  passed: "Succeeded",
  failed: "Failed",
  headings: {
    facts: "Result",
    problems: "Problems",
    recommendations: "Recommendations",
    stores: "Most that each store can have lost (RPO, by the age of its point)",
    reads: "Writes lost of those that customers were promised",
    timeline: "Timeline",
    unverified: "Not verified",
    coverage: "What was read to verify it",
    demands: "What was demanded",
  },
  facts: {
    scenario: "Scenario",
    stack: "Stack",
    started: "Began (UTC)",
    finished: "Ended (UTC)",
    rto: "Actual RTO",
    people: "People took beside it",
    point: "Recovery point",
    record: "Record",
  },
  columns: {
    store: "Store",
    read: "Read as",
    rpo: "RPO",
    limit: "Promised",
    lost: "Writes lost",
    phase: "Phase",
    at: "After",
    took: "Took",
    by: "By",
  },
  none: "None.",
  notReached: "not reached",
  nothingPromised: "–",
  noCheck:
    "No business check is declared for this stack: nothing was written as a customer would, and the canaries in its points alone prove the loss.",
  by: { machine: "machine", person: "person" },
  span,
  ofLimit: (taken, limit) => `${taken} of ${limit}`,
  phase: (name) => name,
  recommendation,
};
