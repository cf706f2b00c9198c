import { phaseNames, type PhaseName } from "./phase-name.ts";

/** What a phase does to the platform. The executor, the way on after a failure and the tests go by these facts, not by its place. */
export interface PhaseFacts {
  /** Points and shipping are kept away while it runs. Where this is false it takes what it needs by itself, such as a point. */
  readonly locks: boolean;
  /** What customers and applications find once it has ended. */
  readonly leaves: "as found" | "closed" | "open";
  /** Whether the live directories, or what is in them, are others afterwards. */
  readonly changesData: boolean;
  /** What a run that goes on with it does again first: a reboot, an `up` or a person may have undone it. */
  readonly repeats: readonly PhaseName[];
}

/** The facts of each phase. */
export const phaseFacts: Readonly<Record<PhaseName, PhaseFacts>> = {
  locate: { locks: false, leaves: "as found", changesData: false, repeats: [] },
  close: { locks: false, leaves: "closed", changesData: false, repeats: [] },
  "safety-point": { locks: false, leaves: "closed", changesData: false, repeats: ["close"] },
  fetch: { locks: true, leaves: "closed", changesData: false, repeats: ["close"] },
  stop: { locks: true, leaves: "closed", changesData: false, repeats: ["close"] },
  place: { locks: true, leaves: "closed", changesData: true, repeats: ["close", "stop"] },
  "reset-users": { locks: true, leaves: "closed", changesData: true, repeats: ["close"] },
  // One store that a run before has opened in isolation was ended with that run.
  start: { locks: true, leaves: "closed", changesData: true, repeats: ["close", "reset-users"] },
  prove: { locks: true, leaves: "closed", changesData: false, repeats: ["close"] },
  // A proof that did not come about is tried again.
  verify: { locks: true, leaves: "closed", changesData: false, repeats: ["close", "prove"] },
  open: { locks: true, leaves: "open", changesData: false, repeats: ["close"] },
  record: { locks: false, leaves: "open", changesData: false, repeats: [] },
};

/** One phase that has to come before another, and what would be lost otherwise. */
export interface OrderConstraint {
  readonly first: PhaseName;
  readonly then: PhaseName;
  readonly because: string;
}

/** Why the phases are in their order; a test holds the list to them. */
export const orderConstraints: readonly OrderConstraint[] = [
  {
    first: "locate",
    then: "close",
    because: "a point that does not exist must not take the platform out of service",
  },
  {
    first: "close",
    then: "safety-point",
    because: "what is acknowledged after a point is in no point",
  },
  {
    first: "safety-point",
    then: "place",
    because: "the data that is replaced is saved while it is live",
  },
  { first: "safety-point", then: "stop", because: "no point can be taken of stores that do not run" },
  {
    first: "fetch",
    then: "stop",
    because: "a point that does not match its manifest is refused while stores run",
  },
  { first: "stop", then: "place", because: "no engine may hold the directories that are moved" },
  {
    first: "place",
    then: "reset-users",
    because: "the users in the point's data are set, not the former ones",
  },
  { first: "reset-users", then: "start", because: "health checks log in with the present passwords" },
  { first: "start", then: "prove", because: "a proof starts stores with the secrets of those that run" },
  { first: "prove", then: "verify", because: "what was restored is held against what the point holds" },
  { first: "verify", then: "open", because: "nobody may write to data that was not verified" },
  { first: "open", then: "record", because: "the first point of the new generation holds what was let in" },
];

/** Whether the live data is still what it was before the restore while a phase runs that is to change it, or none yet. */
export function dataUntouchedBefore(name: PhaseName): boolean {
  return phaseNames.slice(0, phaseNames.indexOf(name)).every((earlier) => !phaseFacts[earlier].changesData);
}

/** What customers find while a phase runs: what the one before it has left. */
export function foundDuring(name: PhaseName): PhaseFacts["leaves"] {
  const earlier = phaseNames[phaseNames.indexOf(name) - 1];
  return earlier === undefined ? "as found" : phaseFacts[earlier].leaves;
}

/** Whether the live directories may be the restored ones by the time of a phase. During `record` the platform serves already. */
export function hasPlaced(name: PhaseName): boolean {
  return foundDuring(name) !== "open" && (phaseFacts[name].changesData || !dataUntouchedBefore(name));
}
