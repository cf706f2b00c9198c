import { checkNames, checks, type CheckName } from "../../drill/faults/checks.ts";
import type { Cause } from "../../drill/faults/causes.ts";
import { harmless } from "../../drill/faults/harmless.ts";
import { Random } from "../../drill/faults/random.ts";
import { allFaults } from "../../drill/faults/registry.ts";
import type { Outcome } from "../../drill/faults/verdict.ts";

/** One recovery that is to be made. */
export interface PlannedRun {
  /** Of a fault or of what is harmless; `untouched` for neither. */
  readonly name: string;
  /** What the run itself draws by: which byte, which document. */
  readonly seed: number;
  /** The check, or the family of an inventory, that is switched off. */
  readonly without: string | null;
  /** What it has to come to. */
  readonly expected: Outcome;
}

/** How it went. */
export interface RunResult extends PlannedRun {
  readonly family: string;
  readonly cause: Cause | null;
  readonly check: CheckName | null;
  readonly outcome: Outcome;
  /** What the verdict said, without what is switched off. */
  readonly said: readonly string[];
  /** The checks that said it. */
  readonly by: readonly CheckName[];
  /** Of how many entries something had gone by itself, as it was due to. */
  readonly byItself: number;
  readonly seconds: number;
}

/** What is asked for on the command line. */
export interface Wanted {
  readonly seed: number;
  /** So many of the faults, drawn by the seed. @default each of them once */
  readonly runs: number | null;
  /** Recoveries of everything without a fault, all stores. */
  readonly untouched: number;
  /** Families or names of faults. @default all */
  readonly only: readonly string[];
  /** A check or a family of an inventory; `each` switches off each check in turn. */
  readonly without: string | null;
}

export const untouched = "untouched";
export const eachCheck = "each";

/** Families of inventories that a fault is found by, such as `redis: keys`. */
const inventoryFamilies: ReadonlySet<string> = new Set(
  allFaults.flatMap(({ fault: { named } }) =>
    named.flatMap((one) => (typeof one === "string" ? (/^[a-z0-9]+: [^:]+(?=: )/.exec(one)?.[0] ?? []) : [])),
  ),
);

/**
 * Which recoveries are made, in which order: the same for the same seed. Pure.
 * @throws RangeError naming what there is, for a name that nothing has
 */
export function planRuns(wanted: Wanted): PlannedRun[] {
  const random = new Random(wanted.seed);
  refuseUnknown(wanted);
  const one = (name: string, expected: Outcome, without: string | null): PlannedRun => {
    return { name, seed: random.below(2 ** 31), without, expected };
  };
  if (wanted.without === eachCheck)
    return drawn(
      allFaults.filter(({ fault, family }) => fault.only === true && isWanted(wanted, fault.name, family)),
      wanted,
      random,
    ).map(({ fault }) => one(fault.name, "missed", fault.check));
  const faults = allFaults.filter(({ fault, family }) => isWanted(wanted, fault.name, family));
  const isWhole = wanted.runs === null && wanted.without === null;
  const harm = isWhole ? harmless.filter(({ name }) => isWanted(wanted, name, "harmless")) : [];
  const isUntouched = isWanted(wanted, untouched, untouched);
  return [
    ...drawn(faults, wanted, random).map(({ fault }) => one(fault.name, "found", wanted.without)),
    ...harm.map(({ name }) => one(name, "missed", null)),
    ...Array.from({ length: isUntouched ? wanted.untouched : 0 }, () => one(untouched, "missed", null)),
  ];
}

/** Stores that have to be in the base of these runs. */
export function storesOf(runs: readonly PlannedRun[], all: readonly string[]): string[] {
  if (runs.some(({ name }) => name === untouched)) return [...all];
  const own = allFaults.flatMap(({ site, family, fault }) =>
    site === "store" && runs.some(({ name }) => name === fault.name) ? [family] : [],
  );
  // Beside those what every other run is judged by.
  return all.filter((name) => name === "redis" || own.includes(name));
}

/** All of them, or so many in an order that the seed gives; of more than there are each comes about as often. */
function drawn<T>(faults: readonly T[], { runs }: Wanted, random: Random): T[] {
  if (runs === null || faults.length === 0) return [...faults];
  const all: T[] = [];
  while (all.length < runs) all.push(...random.shuffle(faults));
  return all.slice(0, runs);
}

function isWanted({ only }: Wanted, name: string, family: string): boolean {
  return only.length === 0 || only.includes(name) || only.includes(family);
}

function refuseUnknown({ only, without }: Wanted): void {
  const families = [...new Set(allFaults.map(({ family }) => family)), "harmless", untouched];
  const names = [...allFaults.map(({ fault }) => fault.name), ...harmless.map(({ name }) => name)];
  const unknown = only.filter((one) => !families.includes(one) && !names.includes(one));
  if (unknown.length > 0)
    throw new RangeError(
      `--only: no fault or family is called ${unknown.join(", ")}; families: ${families.join(", ")}`,
    );
  if (without === null || without === eachCheck || without in checks || inventoryFamilies.has(without))
    return;
  throw new RangeError(
    `--without: no check is called ${without}; checks: ${[eachCheck, ...checkNames].join(", ")}; of inventories: ${[...inventoryFamilies].sort().join(", ")}`,
  );
}

/** Whether it came to what it has to. */
export function isAsExpected({ outcome, expected }: RunResult): boolean {
  return outcome === expected;
}
