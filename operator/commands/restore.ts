/**
 * `./kaleem restore`: brings a stack's data back from a recovery point, verifies it, and opens the platform; or one store of it, while the
 * others serve. Exit codes: see docs/exit-codes.md; 0 only when the data was restored, every check passed and the platform serves.
 */
import { agreeService } from "../agent/agree-service.ts";
import { acceptOption, withoutProofOption } from "../agent/verification-options.ts";
import { type Command, Option } from "commander";
import type { RestoreEvent } from "../../recovery/restore/journal/event.ts";
import { type RestorePlan, restorePlanSchema } from "../../recovery/restore/plan/restore-plan.ts";
import { isRedrawable, terminalProgress } from "../../workstation/progress.ts";
import { restorePart } from "../imports/restore-part.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { runOperatorCommand } from "../command-line.ts";
import { forgetAnswer } from "../answers/forget-answer.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { OperatorCommand } from "../operator-command.ts";
import { renderPlan, renderRestoreEvent } from "../screens/render-restore.ts";
import { terminalQuestion } from "../deploy/agree.ts";
import { withOperationLock } from "../deploy/operation-lock.ts";
import { forgetReplaced } from "../agent/forget-replaced.ts";
import { planStackRestore, restoreStack, RestoreRefused, type RestoreAsk } from "../agent/restore-stack.ts";
import { SshHost } from "../ssh/ssh.ts";
import { openStack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";

interface RestoreOptions {
  readonly stack: string;
  readonly at: string;
  readonly from: "any" | "local" | "offsite";
  readonly lineage?: string;
  readonly ofStack?: string;
  readonly overExisting?: true;
  readonly takeOver?: true;
  readonly withoutSafetyPoint?: true;
  readonly fromScratch?: true;
  readonly leaveOut?: readonly string[];
  readonly accept: readonly string[];
  readonly withoutProof?: true;
  readonly service?: string;
  readonly only?: readonly string[];
  readonly undo?: string | true;
  readonly forget?: string;
  readonly yes?: true;
  readonly plan?: true;
  readonly json?: true;
}

await runOperatorCommand(async () => {
  const options = commandLine().opts<RestoreOptions>();
  const target = await readTarget(openStack(options.stack));
  const host = new SshHost(target.ssh);
  if (options.forget !== undefined) return await forget(host, options.forget, options);
  if (options.only !== undefined) {
    const asked = { store: storeOf(options), at: options.at, from: options.from, only: options.only };
    const how = { planOnly: options.plan === true, yes: options.yes === true, json: options.json === true };
    return await restorePart(host, { ...asked, ...how, stack: options.stack }, terminalProgress());
  }
  const request = requestOf(options);
  const print = options.json === true ? printJson : printer();
  const onLog = (line: string): void => void process.stderr.write(`  ${line}\n`);
  try {
    if (options.plan === true) {
      const plan = await planStackRestore({ host, request, onLog });
      if (options.json === true) printAnswer(restorePlanSchema, plan);
      else process.stdout.write(`${renderPlan(plan)}\n`);
      return 0;
    }
    if (request.service !== null || request.undo !== null) {
      const plan = await planStackRestore({ host, request, onLog });
      if (options.yes !== true && options.json !== true) process.stdout.write(`${renderPlan(plan)}\n`);
      const ask = options.json === true ? null : terminalQuestion();
      const name = plan.service?.name;
      if (name !== undefined)
        await agreeService({ name, what: `the data of ${name}`, yes: options.yes === true, ask });
    }
    const restore = () => restoreStack({ host, request, onEvent: print, onLog });
    return (await withOperationLock(target.ssh, "restore", restore)).exitCode;
  } catch (error) {
    // Its reasons are printed already when they came as events to a reader of JSON; a plan comes as no event.
    if (error instanceof RestoreRefused && options.json === true && options.plan !== true)
      return error.exitCode;
    throw error;
  }
});

/** @throws RecoveryError `usage` when parts are asked for, and nobody says of which store */
function storeOf({ service }: RestoreOptions): string {
  if (service !== undefined) return service;
  throw new RecoveryError(
    exitCodes.usage,
    "--only: it takes parts of one store: name that with --service. Nothing was changed.",
  );
}

async function forget(host: SshHost, id: string, { plan, yes, json }: RestoreOptions): Promise<0> {
  const say = (line: string): void =>
    void (json === true ? process.stderr : process.stdout).write(`${line}\n`);
  const asked = { host, id, planOnly: plan === true, yes: yes === true, ask: terminalQuestion(), say };
  const removed = await forgetReplaced(asked);
  if (json === true) printAnswer(forgetAnswer, { id, removed });
  else if (removed) say("Removed.");
  return 0;
}

function commandLine(): Command {
  return new OperatorCommand("restore")
    .description("Brings a stack's data back from a recovery point, verifies it, and opens the platform.")
    .option("--stack <name>", "the stack to restore", "local")
    .option("--service <store>", "only this store, while the others serve; asks for its name, see --yes")
    .addOption(
      new Option(
        "--only <parts...>",
        "of --service only these, from its newest dump at --at: a database, database.collection, a collection, a bucket, a vhost, vhost:queue",
      ).conflicts([
        ...["overExisting", "fromScratch", "withoutSafetyPoint", "leaveOut", "withoutProof", "accept"],
        ...["lineage", "takeOver", "ofStack", "undo", "forget"],
      ]),
    )
    .option(
      "--at <point>",
      'latest, a point\'s id, a time such as 2026-11-20T03:00Z, or "before N" with the number of a deployment',
      "latest",
    )
    .addOption(
      new Option("--from <place>", "which copy to take").choices(["any", "local", "offsite"]).default("any"),
    )
    .option("--plan", "only print what would be done")
    .option(
      "--over-existing",
      "replace the live data of a stack that has data (a safety point is taken first)",
    )
    .option("--from-scratch", "discard an unfinished restore instead of continuing it")
    .option("--without-safety-point", "continue even if the current state cannot be saved as a point")
    .addOption(acceptOption())
    .addOption(withoutProofOption())
    .option("--leave-out <stores...>", "skip stores that exist only in the point or only here")
    .option("--lineage <name>", "allow points of a lineage other than the head's")
    .option("--of-stack <name>", "take the place of another stack, whose bucket this empty one uses")
    .option(
      "--take-over",
      "take the platform back from the host that superseded this one; that host must be off",
    )
    .addOption(
      new Option(
        "--forget <restore>",
        "remove for good what that restore moved aside; ./kaleem status lists it",
      ).conflicts([
        ...["at", "from", "overExisting", "fromScratch", "withoutSafetyPoint", "leaveOut", "withoutProof"],
        ...["lineage", "takeOver", "ofStack", "service"],
      ]),
    )
    .addOption(
      new Option(
        "--undo [restore]",
        "put back what a restore of one store moved aside; without a name, the newest one's",
      ).conflicts([
        ...["at", "from", "service", "overExisting", "leaveOut", "withoutProof", "lineage", "takeOver"],
        ...["ofStack", "forget"],
      ]),
    )
    .option("--yes", "agrees to --forget, --service or --undo")
    .option("--json", "events as JSON lines, the plan as one document (docs/json.md)")
    .exitOverride()
    .parse();
}

function requestOf(options: RestoreOptions): RestoreAsk {
  return {
    at: options.at,
    from: options.from,
    lineage: options.lineage ?? null,
    ofStack: options.ofStack ?? null,
    service: options.service ?? null,
    undo: options.undo === true ? "latest" : (options.undo ?? null),
    overExisting: options.overExisting === true,
    takeOver: options.takeOver === true,
    safetyPoint: options.withoutSafetyPoint !== true,
    leaveOut: [...(options.leaveOut ?? [])],
    fromScratch: options.fromScratch === true,
    accept: [...options.accept],
    withoutProof: options.withoutProof === true,
  };
}

function printJson(event: RestoreEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** On a terminal the running phase is one line that changes; elsewhere only what has ended is printed. */
function printer(): (event: RestoreEvent) => void {
  const live = process.stdout.isTTY && isRedrawable(process.env);
  let plan: RestorePlan | null = null;
  return (event) => {
    if (event.event === "begun") plan = event.plan;
    if (event.event === "refused") return;
    const passing = event.event === "phase-started" || event.event === "phase-progress";
    if (passing && !live) return;
    const clear = live ? "\r\u001b[2K" : "";
    const lines = renderRestoreEvent(event, plan).join("\n");
    process.stdout.write(
      passing ? `${clear}${lines.slice(0, (process.stdout.columns || 80) - 1)}` : `${clear}${lines}\n`,
    );
  };
}
