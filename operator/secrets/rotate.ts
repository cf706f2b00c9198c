import type { Progress } from "../../workstation/progress.ts";
import { planRotation, type RotationPlan, type RotationStep } from "./plan-rotation.ts";
import type { RotationJournal } from "./rotation-journal.ts";
import type { ServiceDefinition } from "../../catalog/definition.ts";

/** Everything that a rotation acts through; tests give another. */
export interface RotationPorts {
  /** A new value of a secret's form. */
  draw(name: string): string;
  /** The values that somebody else issued. @throws Error saying how they are handed in. */
  given(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  values(): Promise<ReadonlyMap<string, string>>;
  set(values: ReadonlyMap<string, string>): Promise<void>;
  /** Reads and writes with the given keys; rejects when the bucket refuses them. */
  probeKeys(values: ReadonlyMap<string, string>): Promise<void>;
  up(): Promise<void>;
  setAdministrator(store: string, password: string): Promise<void>;
  tryLogin(store: string, secret: string, passwords: readonly string[]): Promise<readonly boolean[] | null>;
  addResticKey(password: string): Promise<void>;
  retireResticKey(): Promise<void>;
  /** Takes a point and ships it; its id. */
  pointAndShip(): Promise<string>;
  /** Whether the stack file in the bucket is the present one. */
  stackFileIsPresent(): Promise<boolean>;
  begin(): Promise<RotationJournal>;
  note(journal: RotationJournal, step: RotationStep): Promise<RotationJournal>;
  end(): Promise<void>;
}

/** What a rotation came to. */
export interface RotationReport {
  readonly names: readonly string[];
  readonly seconds: number;
  /** The point that holds the present secrets, off-site too. */
  readonly point: string;
  /** Whether the store was seen to refuse the former password; null where that cannot be told. */
  readonly formerRefused: boolean | null;
}

interface Run {
  readonly plan: RotationPlan;
  readonly ports: RotationPorts;
  /** The new values; the former ones while they are known. */
  fresh: ReadonlyMap<string, string>;
  former: ReadonlyMap<string, string>;
  point: string;
  formerRefused: boolean | null;
}

/**
 * Changes one secret in the configuration and in what runs, and proves it. Steps that an interrupted run has done are not
 * done again; the new value is in the encrypted configuration before anything else knows it, or is added beside the former one.
 */
export async function rotate(
  name: string,
  catalog: readonly ServiceDefinition[],
  ports: RotationPorts,
  progress: Progress,
): Promise<RotationReport> {
  const started = performance.now();
  const plan = planRotation(name, catalog);
  progress.note(`${plan.names.join(" and ")}: ${plan.cost}`);
  let journal = await ports.begin();
  const run: Run = { plan, ports, fresh: new Map(), former: new Map(), point: "", formerRefused: null };
  if (journal.done.includes("write into the configuration"))
    run.fresh = pick(await ports.values(), plan.names);
  else {
    run.former = pick(await ports.values(), plan.names);
    run.fresh =
      plan.steps[0] === "probe the given keys"
        ? await ports.given(plan.names)
        : new Map(plan.names.map((each) => [each, ports.draw(each)]));
    const [former] = run.former.values();
    if (plan.keptAs !== undefined && former !== undefined)
      run.fresh = new Map([...run.fresh, [plan.keptAs, former]]);
  }
  for (const step of plan.steps) {
    // A cheap look is taken again.
    if (journal.done.includes(step) && step !== "prove") continue;
    await progress.step(step, async (report) => {
      report(await act(step, run));
    });
    journal = await ports.note(journal, step);
  }
  await ports.end();
  const seconds = (performance.now() - started) / 1000;
  return { names: plan.names, seconds, point: run.point, formerRefused: run.formerRefused };
}

/** One step; what it came to, in words. */
async function act(step: RotationStep, run: Run): Promise<string> {
  const { ports, fresh, plan } = run;
  const [first = ""] = fresh.values();
  switch (step) {
    case "probe the given keys":
      await ports.probeKeys(fresh);
      return "the bucket accepts them";
    case "add to the repositories":
      await ports.addResticKey(first);
      return "both open with the new password";
    case "write into the configuration":
      await ports.set(fresh);
      return plan.names.join(", ");
    case "set in the store":
      await ports.setAdministrator(plan.store?.name ?? "", first);
      return plan.store?.name ?? "";
    case "up":
      await ports.up();
      return "everything runs with the new value";
    case "remove the former one":
      if (plan.keptAs !== undefined) await ports.set(new Map([[plan.keptAs, ports.draw(plan.keptAs)]]));
      await ports.up();
      return "the former key is replaced by a random, unused one";
    case "prove":
      return prove(run, first);
    case "point and ship":
      run.point = await ports.pointAndShip();
      return run.point;
    case "off-site stack file":
      if (!(await ports.stackFileIsPresent()))
        throw new Error(
          "secrets: the stack file in the bucket is not the current one; run this rotation again",
        );
      return "the stack file in the bucket has the new secrets";
    case "remove from the repositories":
      await ports.retireResticKey();
      return "the former password no longer opens anything";
    default: {
      const never: never = step;
      return never;
    }
  }
}

async function prove(run: Run, fresh: string): Promise<string> {
  const { plan, ports } = run;
  const former = [...run.former.values()];
  const { name = "", secret = "" } = plan.store ?? {};
  const accepted = await ports.tryLogin(name, secret, [fresh, ...former]);
  if (accepted === null) return `${name} cannot verify this secret`;
  if (accepted[0] !== true)
    throw new Error(`secrets: ${name} refuses the new ${plan.names.join()}; run this rotation again`);
  if (former.length === 0)
    return "the new one is accepted; the former one is no longer known, so it was not tried";
  run.formerRefused = accepted[1] === false;
  if (!run.formerRefused)
    throw new Error(
      `secrets: ${name} still accepts the former ${plan.names.join()}; run this rotation again`,
    );
  return "the new one is accepted, the former one refused";
}

function pick(values: ReadonlyMap<string, string>, names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.flatMap((name) => (values.has(name) ? [[name, values.get(name) ?? ""]] : [])));
}
