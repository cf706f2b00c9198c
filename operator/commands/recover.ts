/**
 * `npm run recover`: rebuilds a lost platform on a new machine of yours: the stack's file gets the new host, the state of the lost one is
 * set aside, the platform comes up closed, its data are restored from off-site and verified, and it opens. Run again, it goes on.
 * With `--kit` the file and its secrets come from the bucket, where they are not at hand.
 * Exit codes: see docs/exit-codes.md; 0 only when every check held and the platform serves.
 */
import { readFile, writeFile } from "node:fs/promises";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { findOrBuildEngine } from "../../toolchain/engine/find-or-build-engine.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { restoreStack } from "../agent/restore-stack.ts";
import { runOperatorCommand } from "../command-line.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { recoverAnswer } from "../answers/recover-answer.ts";
import { OperatorCommand } from "../operator-command.ts";
import { terminalQuestion } from "../deploy/agree.ts";
import { bringUp } from "../deploy/bring-up.ts";
import { hiddenQuestion } from "../kit/choose-passphrase.ts";
import { LostStack } from "../kit/lost-stack.ts";
import { renderRestoreEvent } from "../screens/render-restore.ts";
import { lookAtMachine } from "../preflight/look-at-machine.ts";
import { resticWanted } from "../preflight/restic-wanted.ts";
import { scanHostKey } from "../ssh/scan-host-key.ts";
import { SshHost } from "../ssh/ssh.ts";
import { moveHost } from "../stack/move-host.ts";
import { setStateAside } from "../stack/set-state-aside.ts";
import { stackContext } from "../stack/stack-context.ts";
import { makeStackFolders, openStack, type Stack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";

interface RecoverOptions {
  readonly stack?: string;
  readonly kit?: string;
  readonly secretsProvider: string;
  readonly host: string;
  readonly port: string;
  readonly hostKey?: string;
  readonly at: string;
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
    .option("--secrets-provider <url>", "what encrypts the secrets in a file written anew", "passphrase")
    .option("--at <point>", "latest, a point's id, or a time such as 2026-11-20T03:00Z", "latest")
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
      `stack ${stack.name}: it lives on an emulated machine; a lost one comes back by npm run up -- --recover KIT under another name`,
    );
  }
  await makeStackFolders(stack);
  await writeNewHost(stack, options, lost);
  await writeRestic(stack);
  const engine = await findOrBuildEngine(progress);
  await progress.step("state of the lost machine", async (report) => {
    const aside = await setStateAside(stack, stackContext(stack, engine), new Date());
    report(aside === null ? "none" : `kept as ${aside}`);
  });
  if (lost !== null)
    await progress.step("secrets of the lost stack", async (report) => {
      report(
        `${await lost.encryptSecrets(stackContext(stack, engine))} encrypted into ${stack.committedFile}`,
      );
    });
  const yes = options.yes === true;
  const up = await bringUp({
    stack,
    progress,
    agreement: { yes, replaceData: [], ask: terminalQuestion() },
  });
  if (!up.data.closed) {
    const { reason } = up.data;
    if (options.json === true)
      printAnswer(recoverAnswer, { stack: stack.name, serves: true, reason, report: null });
    else process.stdout.write(`${stack.name} serves: ${reason}. There was nothing to restore.\n`);
    return exitCodes.ok;
  }
  const report = await restoreStack({
    host: up.host,
    request: { at: options.at, from: "offsite" },
    onEvent: (event) => {
      if (event.event === "phase-finished" || event.event === "report")
        (options.json === true ? process.stderr : process.stdout).write(
          `${renderRestoreEvent(event, null).join("\n")}\n`,
        );
    },
    onLog: (line) => void process.stderr.write(`  ${line}\n`),
  });
  const answer = (): void => {
    if (options.json !== true) return;
    const serves = report.verdict === "restored";
    const reason = report.failure?.sentence ?? `restored from point ${report.point.id} and verified`;
    printAnswer(recoverAnswer, { stack: stack.name, serves, reason, report });
  };
  if (report.exitCode !== exitCodes.ok) {
    answer();
    return report.exitCode;
  }
  // The applications were declared at zero replicas and run now: the state is told, so that the next `up` finds nothing to do.
  await bringUp({ stack, progress, agreement: { yes: true, replaceData: [], ask: null } });
  answer();
  return exitCodes.ok;
});

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

/** Shows what changes in the committed file, and writes it once somebody agreed. The second run finds it changed, and says nothing. */
async function writeNewHost(stack: Stack, options: RecoverOptions, lost: LostStack | null): Promise<void> {
  const [, user, address] = /^([^@\s]+)@([^@\s]+)$/.exec(options.host) ?? [];
  const port = Number(options.port);
  if (user === undefined || address === undefined || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new RecoveryError(
      exitCodes.usage,
      `--host: expected user@address and a port from 1 to 65535, got "${options.host}" and "${options.port}"`,
    );
  }
  const ask = options.yes === true ? null : terminalQuestion();
  const hostKey = options.hostKey ?? (await agreedKey(await scanHostKey(address, port), ask));
  const host = { address, port, user, hostKey };
  const moved =
    lost === null
      ? moveHost(await readFile(stack.stackFile, "utf8"), stack.committedFile, host)
      : await lost.fileFor(host);
  if (moved.diff.length === 0) return;
  progress.note([`${stack.committedFile}:`, ...moved.diff.map((line) => `  ${line}`)].join("\n"));
  if (options.yes !== true) {
    const answer = await ask?.("Write this? [y/N] ");
    if (answer === undefined || !/^y(es)?$/i.test(answer))
      throw new Error(`recover: not agreed to; ${stack.committedFile} is as it was. Add --yes.`);
  }
  await writeFile(stack.stackFile, moved.text);
}

/** The new machine may have a restic that will do where the lost one had none, or the other way round; what it cannot tell stays. */
async function writeRestic(stack: Stack): Promise<void> {
  const view = await lookAtMachine(new SshHost((await readTarget(stack)).ssh), stack.name);
  const wanted = resticWanted(view);
  if (wanted === undefined) return;
  const restic = wanted === "distribution" ? undefined : wanted;
  const { text, diff } = moveHost(await readFile(stack.stackFile, "utf8"), stack.committedFile, { restic });
  if (diff.length === 0) return;
  progress.note(
    [`${stack.committedFile}, as the new machine needs it:`, ...diff.map((line) => `  ${line}`)].join("\n"),
  );
  await writeFile(stack.stackFile, text);
}

/** A key that nobody looked at is no pin: unattended it has to be given. */
async function agreedKey(
  key: { readonly key: string; readonly fingerprint: string },
  ask: ReturnType<typeof terminalQuestion>,
): Promise<string> {
  const answer = await ask?.(`The machine shows ${key.fingerprint}. Is that its key? [y/N] `);
  if (answer !== undefined && /^y(es)?$/i.test(answer)) return key.key;
  throw new Error(
    `recover: the host key ${key.fingerprint} was not agreed to; nothing was changed. ` +
      `Look at it on the machine's console (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) and give it: --host-key "${key.key}"`,
  );
}
