/**
 * `./kaleem offsite locks | rewind --to TIME | fill --from DIR | move`: looks after the off-site bucket. All but `move` work without the host: by the
 * stack's own settings and secrets, or by a recovery kit. No key is ever printed, or given on a command line.
 * Exit codes: 0 done; 1 a lock is missing, or something could not be brought back; else see docs/exit-codes.md.
 */
import { resolve } from "node:path";
import { milliseconds, type Duration } from "../../catalog/quantities.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { nameOf } from "../../recovery/lineage/bucket-identity.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { runOperatorCommand } from "../command-line.ts";
import { fillAnswer, locksAnswer, moveAnswer, rewindAnswer } from "../answers/offsite-answer.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { OperatorCommand } from "../operator-command.ts";
import { isYes, terminalQuestion } from "../deploy/agree.ts";
import { fill } from "../offsite/fill.ts";
import { keepsVersions, listVersions } from "../offsite/bucket-versions.ts";
import { lookAtLocks } from "../offsite/look-at-locks.ts";
import { cancelMove, finishMove, moveStack, type MoveRequest } from "../offsite/move.ts";
import { openOffsite } from "../offsite/offsite-access.ts";
import { planRewind, rewind, rewindTime } from "../offsite/rewind.ts";
import { renderLocks } from "../screens/render-locks.ts";
import { renderRewind } from "../screens/render-rewind.ts";
import { openStack } from "../stack/stack.ts";

interface Options {
  readonly stack: string;
  readonly kit?: string;
  readonly json?: true;
}

interface MoveOptions extends Options, MoveRequest {
  readonly yes?: true;
  readonly cancel?: true;
  readonly finish?: true;
}

const progress = terminalProgress();
let exitCode: number = exitCodes.ok;

await runOperatorCommand(async () => {
  const program = new OperatorCommand("offsite")
    .description("Looks after the off-site bucket.")
    .exitOverride();
  const command = (name: string, description: string): OperatorCommand =>
    program
      .command(name)
      .description(description)
      .option("--stack <name>", "the stack", "local")
      .option("--kit <file>", "a recovery kit, in place of the stack's own settings and secrets")
      .option("--json", "as JSON (docs/json.md)")
      .exitOverride();
  command("locks", "tries whether the bucket's lock holds what must not be removed")
    .option("--lock-for <hours>", "for how long it must hold (default: as the settings say, or 336h)")
    .action(async (options: Options & { lockFor?: string }) => locks(options));
  command("rewind", "brings back what was removed or overwritten, in a bucket that keeps versions")
    .requiredOption("--to <time>", "as it was then, such as 2026-11-20T03:00Z")
    .option("--yes", "agrees to the plan")
    .action(async (options: Options & { to: string; yes?: true }) => goBack(options));
  command("fill", "brings a copy that ./kaleem pull made into an empty bucket, to recover from")
    .requiredOption("--from <dir>", "the copy")
    .action(async (options: Options & { from: string }) => fillBucket(options));
  command("move", "moves everything to another bucket; shipping goes on meanwhile")
    .option("--to-bucket <name>", "the other bucket: empty, or a prefix of it is")
    .option("--to-endpoint <url>", "its service's address")
    .option("--to-prefix <prefix>", "below which everything is stored there", "")
    .option("--to-region <region>", "its region", "auto")
    .option(
      "--key-file <file>",
      "its key pair (JSON or AWS credentials file); default: the stack's present one",
    )
    .option(
      "--given",
      "reads its key pair as a JSON object from stdin, as `./kaleem secrets init --given` does",
    )
    .option("--cancel", "gives up a move that is under way")
    .option("--finish", "tells whether the former bucket, of the kit, is needed any more")
    .option("--yes", "agrees to the plan")
    .action(async (options: MoveOptions) => move(options));
  await program.parseAsync();
  return exitCode;
});

async function locks({ stack, kit, json, lockFor }: Options & { lockFor?: string }): Promise<void> {
  const { bucket, lockForMs } = await openOffsite(() => openStack(stack), kit);
  const findings = await progress.step("locks", () =>
    lookAtLocks(bucket, lockFor === undefined ? lockForMs : hours(lockFor), new Date()),
  );
  if (json === true) printAnswer(locksAnswer, [...findings]);
  else print(renderLocks(nameOf(bucket.location), findings));
  if (findings.some(({ state }) => state === "not locked")) exitCode = exitCodes.failed;
}

async function goBack({ stack, kit, json, to, yes }: Options & { to: string; yes?: true }): Promise<void> {
  const time = rewindTime(to, new Date());
  const { bucket } = await openOffsite(() => openStack(stack), kit);
  if (!(await keepsVersions(bucket))) {
    throw new RecoveryError(
      exitCodes.offsiteRefused,
      `${nameOf(bucket.location)} keeps no versions, so there is nothing to go back to (R2 never does). What a lock holds is still there; a copy of your own may have the rest (./kaleem pull).`,
    );
  }
  const versions = await progress.step("versions", () => listVersions(bucket));
  const plan = planRewind(versions, time);
  if (json === true)
    printAnswer(
      rewindAnswer,
      plan.map((one) => ({ ...one, removals: [...one.removals] })),
    );
  else print(renderRewind(nameOf(bucket.location), time, plan));
  if (plan.length === 0) return;
  const answer = yes === true ? "yes" : await terminalQuestion()?.("Bring them back? [y/N] ");
  if (!isYes(answer)) throw new Error("offsite rewind: not agreed to; nothing was changed. Add --yes.");
  const { returned, problems } = await progress.step("rewind", (tell) =>
    rewind(bucket, plan, (done) => tell(`${done} of ${plan.length}`)),
  );
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.stderr.write(
    `${returned} of ${plan.length} objects are back. Now check the repository: the host's daily check does, or restic -r … check.\n`,
  );
  if (problems.length > 0) exitCode = exitCodes.failed;
}

async function fillBucket({ stack, kit, json, from }: Options & { from: string }): Promise<void> {
  const { bucket } = await openOffsite(() => openStack(stack), kit);
  const name = nameOf(bucket.location);
  const report = await progress.step(`fill ${name}`, (tell) =>
    fill(resolve(from), bucket, (done, of) => tell(`${done} of ${of} files`)),
  );
  const { objects, sent } = report;
  if (json === true) printAnswer(fillAnswer, report);
  else print(`${name} holds all ${objects} files of ${from}; ${sent} were sent now.`);
}

async function move(options: MoveOptions): Promise<void> {
  const { kit, yes, cancel, finish } = options;
  const stack = openStack(options.stack);
  const tell = (sentence: string): void =>
    options.json === true ? printAnswer(moveAnswer, { sentence }) : print(sentence);
  if (cancel === true) {
    tell(await cancelMove(stack));
    return;
  }
  if (finish === true) {
    if (kit === undefined)
      throw new RecoveryError(
        exitCodes.usage,
        "offsite move --finish: expected --kit, the kit from before the move",
      );
    const former = await openOffsite(() => stack, kit);
    const present = await openOffsite(() => stack, undefined);
    tell(await finishMove(former.bucket, present.bucket));
    return;
  }
  const mayGoOn = async (plan: string): Promise<void> => {
    progress.note(plan);
    const answer = yes === true ? "yes" : await terminalQuestion()?.("Do this? [y/N] ");
    if (!isYes(answer)) throw new Error("offsite move: not agreed to; nothing was changed. Add --yes.");
  };
  tell(await moveStack(stack, options, mayGoOn, progress));
}

function hours(text: string): number {
  if (/^[1-9]\d*h$/.test(text)) return milliseconds(text as Duration);
  throw new RecoveryError(exitCodes.usage, `--lock-for: expected hours such as 336h, got "${text}"`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
