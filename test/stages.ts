import type { Occasion } from "../local/prerequisites/tools.ts";

/** The parts of `npm test`, in the order in which they run: cheap ones first, so that a slip shows within seconds. */
export const stages = [
  { name: "types", what: "tsc over the whole tree" },
  { name: "lint", what: "eslint, including which folder may import which" },
  { name: "format", what: "prettier" },
  { name: "unit", what: "unit and contract tests: no network, no Docker" },
  { name: "live", what: "parts against real things: providers under the engine, images, machine, copies" },
  { name: "e2e", what: "real engine, real containers: up, faults, total loss, restore, proof" },
] as const;

export type StageName = (typeof stages)[number]["name"];

/** Which stages to run, from `--only a,b` or `--without a,b`; an unknown name is refused with the list. */
export function chooseStages(args: readonly string[]): StageName[] {
  const names: readonly StageName[] = stages.map((stage) => stage.name);
  const [flag, list] = args;
  if (flag === undefined) return [...names];
  if ((flag !== "--only" && flag !== "--without") || list === undefined || args.length > 2) {
    throw new Error(
      `test: expected --only or --without and stage names, got "${args.join(" ")}". Stages: ${names.join(", ")}.`,
    );
  }
  const asked = list.split(",");
  const unknown = asked.filter((name) => !(names as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new Error(`test: no stage "${unknown.join('", "')}". Stages: ${names.join(", ")}.`);
  }
  return flag === "--only"
    ? names.filter((name) => asked.includes(name))
    : names.filter((name) => !asked.includes(name));
}

/** Those of the stages that need programs of this machine. */
export function occasionsOf(chosen: readonly StageName[]): Occasion[] {
  return chosen.filter((name) => name === "unit" || name === "live" || name === "e2e");
}
