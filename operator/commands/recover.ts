/**
 * `./kaleem recover`: rebuilds a lost platform on a new machine of yours: the stack's file gets the new host, the state of the lost one is
 * set aside, the platform comes up closed while its data are fetched from off-site, they are verified, and it opens. Run again, it goes on.
 * With `--kit` the file and its secrets come from the bucket, where they are not at hand.
 * Exit codes: see docs/exit-codes.md; 0 only when every check held and the platform serves.
 */
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { renderReport, type RestoreReport } from "../../recovery/restore/report/report.ts";
import { findOrBuildEngine } from "../../toolchain/engine/find-or-build-engine.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { acceptOption, withoutProofOption } from "../agent/verification-options.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { recoverAnswer } from "../answers/recover-answer.ts";
import { runOperatorCommand } from "../command-line.ts";
import { OperatorCommand } from "../operator-command.ts";
import { terminalQuestion } from "../deploy/agree.ts";
import { hiddenQuestion } from "../kit/choose-passphrase.ts";
import { LostStack } from "../kit/lost-stack.ts";
import { freshState } from "../recover/fresh-state.ts";
import { lookAtNewHost, writeNewHost, writeRestic } from "../recover/new-host.ts";
import { recoverStack } from "../recover/recover-stack.ts";
import { scanHostKey } from "../ssh/scan-host-key.ts";
import { SshHost } from "../ssh/ssh.ts";
import { stackContext } from "../stack/stack-context.ts";
import { makeStackFolders, openStack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";

interface RecoverOptions {
  readonly stack?: string;
  readonly kit?: string;
  readonly secretsProvider: string;
  readonly host: string;
  readonly port: string;
  readonly hostKey?: string;
  readonly at: string;
  readonly accept: readonly string[];
  readonly withoutProof?: true;
  readonly fromScratch?: true;
  readonly yes?: true;
  readonly json?: true;
}

const progress = terminalProgress();

await runOperatorCommand(async () => {
  const options = new OperatorCommand("recover")
    .description("Rebuilds a lost platform on a new machine, and opens it when every check holds.")
    .option("--kit <file>", "its recovery kit: all that is needed where its committed file is not at hand")
    .option("--stack <name>", "the stack that was lost (default: the one that the kit is of)")
    .requiredOption("--host <user@address>", "the new machine")
    .option("--port <port>", "its sshd's port", "22")
    .option("--host-key <key>", 'its public key, such as "ssh-ed25519 AAAA…" (default: shown, and asked for)')
    .option("--secrets-provider <url>", "what encrypts the secrets in a newly written file", "passphrase")
    .option("--at <point>", "latest, a point's id, or a time such as 2026-11-20T03:00Z", "latest")
    .addOption(acceptOption())
    .addOption(withoutProofOption())
    .option("--from-scratch", "discard an unfinished restore of another point on that machine")
    .option("--yes", "agrees to the plan")
    .option("--json", "the outcome as JSON (docs/json.md)")
    .exitOverride()
    .parse()
    .opts<RecoverOptions>();
  const lost = options.kit === undefined ? null : await openLost(options.kit, options);
  const stack = lost?.stack ?? openStack(named(options.stack));
  if (stack.kind === "local") {
    throw new RecoveryError(
      exitCodes.usage,
      `stack ${stack.name}: it lives on an emulated machine; a lost one comes back by ./kaleem up --recover KIT under another name`,
    );
  }
  const [yes, ask] = [options.yes === true, terminalQuestion()];
  await makeStackFolders(stack);
  await writeNewHost({ stack, lost, given: options, progress, yes, ask, scan: scanHostKey });
  const { ssh, offsite } = await readTarget(stack);
  const host = new SshHost(ssh);
  await writeRestic(stack, await lookAtNewHost(stack, host), progress);
  const engine = await findOrBuildEngine(progress);
  await progress.step("state of the lost machine", async (report) => {
    const aside = await freshState({ stack, engine, host, offsite, keys: lost?.offsiteKeys ?? null });
    report(aside === null ? "none" : `kept as ${aside}`);
  });
  if (lost !== null)
    await progress.step("secrets of the lost stack", async (report) => {
      const count = await lost.encryptSecrets(stackContext(stack, engine));
      report(`${count} encrypted into ${stack.committedFile}`);
    });
  const { report, serves } = await recoverStack({
    stack,
    progress,
    host,
    at: options.at,
    fromScratch: options.fromScratch === true,
    accept: [...options.accept],
    withoutProof: options.withoutProof === true,
    agreement: { yes, replaceData: [], ask },
    onLog: (line) => {
      progress.note(`  ${line}`);
    },
  });
  if (options.json === true) {
    const reason = report === null ? (serves ?? "") : reasonOf(report);
    const isOpen = report === null || report.verdict === "restored";
    printAnswer(recoverAnswer, { stack: stack.name, serves: isOpen, reason, report });
  } else {
    process.stdout.write(
      report === null
        ? `${stack.name} serves: ${serves ?? ""}. There was nothing to restore.\n`
        : `\n${renderReport(report)}\n`,
    );
  }
  return report?.exitCode ?? exitCodes.ok;
});

function reasonOf({ failure, point }: RestoreReport): string {
  return failure?.sentence ?? `restored from point ${point.id} and verified`;
}

/** The stack that a recovery kit brings back. */
async function openLost(kitFile: string, { stack, secretsProvider }: RecoverOptions): Promise<LostStack> {
  // It may ask for a passphrase: no line that is redrawn.
  const lost = await LostStack.open({ kitFile, stack, secretsProvider, ask: hiddenQuestion() });
  progress.note(`The recovery kit opens the file of stack ${lost.stack.name}.`);
  if (lost.remark !== null) progress.note(`  ${lost.remark}`);
  return lost;
}

function named(stack: string | undefined): string {
  if (stack !== undefined) return stack;
  throw new RecoveryError(
    exitCodes.usage,
    "recover: say which stack was lost: --stack NAME, or its --kit FILE",
  );
}
