import { isAsExpected, untouched, type RunResult } from "./runs.ts";

/** So much of a sentence is shown. */
const shown = 160;

/** One row a family, and a note for each run that did not come to what it had to. Pure. */
export function verdictTable(results: readonly RunResult[]): {
  readonly table: readonly (readonly string[])[];
  readonly notes: readonly string[];
} {
  const families = [...new Set(results.map(({ family }) => family))];
  const rows = families.map((family) => {
    const own = results.filter((one) => one.family === family);
    const count = (outcome: RunResult["outcome"]): string =>
      String(own.filter((one) => one.outcome === outcome).length);
    const seconds = own.map((one) => one.seconds);
    return [
      family,
      String(own.length),
      count("found"),
      count("missed"),
      count("otherwise"),
      String(own.filter(isAsExpected).length),
      (seconds.reduce((sum, one) => sum + one, 0) / own.length).toFixed(1),
    ];
  });
  return {
    table: [
      ["family", "runs", "found", "nothing said", "something else", "as it has to be", "s a run"],
      ...rows,
    ],
    notes: [...results.filter((one) => !isAsExpected(one)).map(tell), ...tellUntouched(results)],
  };
}

/** That nothing is said against a point is worth more when something in it had gone by itself. */
function tellUntouched(results: readonly RunResult[]): string[] {
  const own = results.filter(({ name }) => name === untouched);
  if (own.length === 0) return [];
  const gone = own.map(({ byItself }) => byItself);
  const [least, most] = [Math.min(...gone), Math.max(...gone)];
  const well = own.filter(isAsExpected).length;
  return [
    `${well} of ${own.length} untouched recoveries of all stores passed; in each, ${least}${least === most ? "" : ` to ${most}`} of the entries had lost something by itself, as due.`,
  ];
}

function tell({ name, without, outcome, expected, said, seed }: RunResult): string {
  const off = without === null ? "" : ` with "${without}" switched off`;
  const words = said.map((sentence) => sentence.slice(0, shown)).join(" | ");
  const judged: Record<RunResult["outcome"], string> = {
    found: "found",
    missed: "MISSED: the verdict is that all is well",
    otherwise: `something else was said than what had to be: ${words}`,
  };
  const wanted = expected === "missed" ? `; expected nothing to be said, and it says: ${words}` : "";
  return `${name}${off}: ${judged[outcome]}${outcome === "missed" ? "" : wanted} (seed of the run ${seed})`;
}
