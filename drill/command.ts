/**
 * `./kaleem drill`: total loss on a stack of its own, and back from off-site alone; prints RPO, RTO and a timeline.
 * Exit codes: see docs/exit-codes.md; 30 when something that must be there was missing or altered, or a check could not be made.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exitCodes } from "../contract/exit-codes.ts";
import { PlaceSite } from "./place-site.ts";
import { declaredLedgerCheck, noneDeclared } from "../operator/stack/business-checks.ts";
import { openPlace } from "../operator/stack/open-place.ts";
import { openExpendable } from "../operator/stack/stack.ts";
import { repositoryRoot } from "../workstation/repository.ts";
import { terminalProgress } from "../workstation/progress.ts";
import { drill } from "./drill.ts";
import { drillReportSchema, renderDrill } from "./drill-report.ts";
import { runOperatorCommand } from "../operator/command-line.ts";
import { printAnswer } from "../operator/answers/print-answer.ts";
import { OperatorCommand } from "../operator/operator-command.ts";

interface DrillArguments {
  readonly stack: string;
  readonly rate: string;
  readonly points: string;
  readonly every: string;
  readonly report?: string;
  readonly existing?: true;
  readonly keep?: true;
  readonly json?: true;
}

await runOperatorCommand(async () => {
  const program = new OperatorCommand("drill")
    .description(
      "Loses a whole stack while its business check writes, and restores it from off-site, with proof.",
    )
    .option("--stack <name>", "the stack to lose; never one that you need", "drill")
    .option("--rate <writes>", "writes of the business check a second", "20")
    .option("--points <count>", "points to be taken and shipped before the loss", "2")
    .option("--every <interval>", "interval of points and shipping", "15s")
    .option("--report <file>", "where to keep the report (default: .kaleem/drills)")
    .option("--existing", "lose the stack as it is, instead of a newly created one")
    .option("--keep", "leave the rebuilt stack up")
    .option("--json", "the report as JSON (docs/json.md)")
    .exitOverride()
    .parse();
  const options = program.opts<DrillArguments>();
  const { lost, rebuilt } = openExpendable(options.stack);
  const check = await declaredLedgerCheck(lost);
  const progress = terminalProgress();
  if (check === null) progress.note(`drill: ${noneDeclared}.`);
  const [lostPlace, rebuiltPlace] = [await openPlace(lost), await openPlace(rebuilt)];
  // Leftovers of an earlier drill: a bucket that knows better would keep the new stack closed.
  await rebuiltPlace.remove(progress);
  if (options.existing !== true) await lostPlace.remove(progress);
  const reports = join(repositoryRoot, ".kaleem", "drills");
  await mkdir(reports, { recursive: true, mode: 0o700 });
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, "");

  const site = new PlaceSite({ stack: lost, rebuilt, progress, pointEvery: options.every });
  const report = await drill(site, {
    stack: options.stack,
    check,
    ledgerFile: join(reports, `${stamp}.ledger.jsonl`),
    writesPerSecond: Number(options.rate),
    pointsBeforeLoss: Number(options.points),
    onStep: (name) => {
      progress.note(`\n── ${name}`);
    },
  });
  await writeFile(options.report ?? join(reports, `${stamp}.json`), `${JSON.stringify(report, null, 2)}\n`);
  if (options.keep !== true) await rebuiltPlace.remove(progress);
  if (options.json === true) printAnswer(drillReportSchema, report);
  else process.stdout.write(`\n${renderDrill(report)}\n`);
  return report.causes.length === 0 ? exitCodes.ok : exitCodes.verifyFailed;
});
