/**
 * `./kaleem drill`: a loss on a stack of its own, and back; prints RPO, RTO and a timeline, and writes the record that the drill plan asks for.
 * `--verify` checks the history of records that a stack's bucket keeps, `--record` appends one to it.
 * Exit codes: see docs/exit-codes.md; 30 when something that must be there was missing or altered, a check could not be made, or an objective was
 * missed; 36 for a history that is not sound.
 */
import { Option } from "commander";
import { exitCodes, RecoveryError } from "../contract/exit-codes.ts";
import { printAnswer } from "../operator/answers/print-answer.ts";
import { runOperatorCommand } from "../operator/command-line.ts";
import { OperatorCommand } from "../operator/operator-command.ts";
import { drillReportSchema, renderDrill } from "./drill-report.ts";
import { answerHistory, historyAnswer, renderHistory } from "./history/history-answer.ts";
import { openHistory, signingKey, type HistoryOptions } from "./history/open-history.ts";
import { readRecord } from "./record/read-record.ts";
import { runDrill, type DrillRunOptions } from "./run-drill.ts";
import { scenarioNames, type ScenarioName } from "./scenarios/scenario-name.ts";

interface DrillArguments extends HistoryOptions, DrillRunOptions {
  readonly scenario: ScenarioName;
  readonly verify?: true;
  readonly record?: string;
  readonly json?: true;
}

await runOperatorCommand(async () => {
  const program = new OperatorCommand("drill")
    .description("Loses a stack while its business check writes, and brings it back, with proof.")
    .option("--stack <name>", "the stack to lose; never one that you need", "drill")
    .addOption(
      new Option("--scenario <name>", "what is lost, and how it comes back (docs/drills.md)")
        .choices(scenarioNames)
        .default("total-loss"),
    )
    .option("--rate <writes>", "writes of the business check a second", "20")
    .option("--points <count>", "points to be taken and shipped before the loss", "2")
    .option("--every <interval>", "interval of points and shipping", "15s")
    .option(
      "--report <file>",
      "where to keep the report, and beside it the record as JSON, Markdown and a page (default: .kaleem/drills)",
    )
    .option("--existing", "lose the stack as it is, instead of a newly created one")
    .option("--keep", "leave the rebuilt stack up")
    .option(
      "--history-of <stack>",
      "sign the record, and append it to the history in this stack's off-site bucket",
    )
    .option("--key-file <file>", "keys of that bucket (JSON or AWS credentials file)")
    .option(
      "--sign-key <file>",
      "the OpenSSH key to sign with, or the public half of one that the SSH agent holds",
    )
    .option("--allowed-signers <file>", "who may sign (default: drill/allowed-signers)")
    .option("--record <file>", "append a record that was written earlier (…record.json), and lose nothing")
    .option("--verify", "check the whole history: signatures, order, gaps; and lose nothing")
    .option("--json", "the report, or what --verify found, as JSON (docs/json.md)")
    .exitOverride()
    .parse();
  const options = program.opts<DrillArguments>();
  if (options.verify === true) return verify(options);
  if (options.record !== undefined) return append(options, options.record);

  const { report, record, files } = await runDrill(options, options.scenario, options);
  if (options.json === true) printAnswer(drillReportSchema, report);
  else
    process.stdout.write(
      `\n${renderDrill(report)}\n\n  record  ${files.page}\n          ${files.markdown}\n          ${files.json}\n`,
    );
  return record.success ? exitCodes.ok : exitCodes.verifyFailed;
});

async function verify(options: DrillArguments): Promise<number> {
  const { historyOf = "", json } = options;
  const history = await openHistory(options);
  if (history === null)
    throw new RecoveryError(
      exitCodes.usage,
      "--verify: say whose history: --history-of STACK --key-file FILE",
    );
  const answer = answerHistory(historyOf, await history.judge());
  if (json === true) printAnswer(historyAnswer, answer);
  else process.stdout.write(`${renderHistory(answer)}\n`);
  return answer.sound ? exitCodes.ok : exitCodes.historyNotSound;
}

async function append(options: DrillArguments, file: string): Promise<number> {
  const history = await openHistory(options);
  if (history === null)
    throw new RecoveryError(
      exitCodes.usage,
      "--record: say whose history: --history-of STACK --key-file FILE",
    );
  const key = await history.append(await readRecord(file), signingKey(options), () => new Date());
  process.stdout.write(`${key}: signed and appended\n`);
  return exitCodes.ok;
}
