/**
 * `npm run recover`: rebuilds a lost platform on a new machine of yours: the stack's file gets the new host, the state of the lost one is
 * set aside, the platform comes up closed, its data are restored from off-site and verified, and it opens. Run again, it goes on.
 * Exit codes: see docs/exit-codes.md; 0 only when every check held and the platform serves.
 */
import { readFile, writeFile } from "node:fs/promises";
import { Command } from "commander";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { findOrBuildEngine } from "../../toolchain/engine/find-or-build-engine.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { restoreStack } from "../agent/restore-stack.ts";
import { acceptOption, withoutProofOption } from "../agent/verification-options.ts";
import { runOperatorCommand } from "../command-line.ts";
import { terminalQuestion } from "../deploy/agree.ts";
import { bringUp } from "../deploy/bring-up.ts";
import { renderRestoreEvent } from "../screens/render-restore.ts";
import { scanHostKey } from "../ssh/scan-host-key.ts";
import { moveHost } from "../stack/move-host.ts";
import { setStateAside } from "../stack/set-state-aside.ts";
import { stackContext } from "../stack/stack-context.ts";
import { makeStackFolders, openStack, type Stack } from "../stack/stack.ts";

interface RecoverOptions {
  readonly stack: string;
  readonly host: string;
  readonly port: string;
  readonly hostKey?: string;
  readonly at: string;
  readonly accept: readonly string[];
  readonly withoutProof?: true;
  readonly yes?: true;
}

const progress = terminalProgress();

await runOperatorCommand(async () => {
  const options = new Command("recover")
    .description("Rebuilds a lost platform on a new machine, and opens it when every check holds.")
    .requiredOption("--stack <name>", "the stack that was lost")
    .requiredOption("--host <user@address>", "the new machine")
    .option("--port <port>", "its sshd's port", "22")
    .option("--host-key <key>", 'its public key, such as "ssh-ed25519 AAAA…" (default: shown, and asked for)')
    .option("--at <point>", "latest, a point's id, or a time such as 2026-11-20T03:00Z", "latest")
    .addOption(acceptOption())
    .addOption(withoutProofOption())
    .option("--yes", "agrees to the plan")
    .exitOverride()
    .parse()
    .opts<RecoverOptions>();
  const stack = openStack(options.stack);
  if (stack.kind === "local") {
    throw new RecoveryError(
      exitCodes.usage,
      `stack ${stack.name}: it lives on an emulated machine; a lost one comes back by npm run up -- --recover KIT under another name`,
    );
  }
  await makeStackFolders(stack);
  await writeNewHost(stack, options);
  const engine = await findOrBuildEngine(progress);
  await progress.step("state of the lost machine", async (report) => {
    const aside = await setStateAside(stack, stackContext(stack, engine), new Date());
    report(aside === null ? "none" : `kept as ${aside}`);
  });
  const yes = options.yes === true;
  const up = await bringUp({
    stack,
    progress,
    agreement: { yes, replaceData: [], ask: terminalQuestion() },
  });
  if (!up.data.closed) {
    process.stdout.write(`${stack.name} serves: ${up.data.reason}. There was nothing to restore.\n`);
    return exitCodes.ok;
  }
  const report = await restoreStack({
    host: up.host,
    request: {
      at: options.at,
      from: "offsite",
      accept: [...options.accept],
      withoutProof: options.withoutProof === true,
    },
    onEvent: (event) => {
      if (event.event === "phase-finished" || event.event === "report")
        process.stdout.write(`${renderRestoreEvent(event, null).join("\n")}\n`);
    },
    onLog: (line) => void process.stderr.write(`  ${line}\n`),
  });
  if (report.exitCode !== exitCodes.ok) return report.exitCode;
  // The applications were declared at zero replicas and run now: the state is told, so that the next `up` finds nothing to do.
  await bringUp({ stack, progress, agreement: { yes: true, replaceData: [], ask: null } });
  return exitCodes.ok;
});

/** Shows what changes in the committed file, and writes it once somebody agreed. The second run finds it changed, and says nothing. */
async function writeNewHost(stack: Stack, options: RecoverOptions): Promise<void> {
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
  const text = await readFile(stack.stackFile, "utf8");
  const moved = moveHost(text, stack.committedFile, { address, port, user, hostKey });
  if (moved.diff.length === 0) return;
  progress.note([`${stack.committedFile}:`, ...moved.diff.map((line) => `  ${line}`)].join("\n"));
  if (options.yes !== true) {
    const answer = await ask?.("Write this? [y/N] ");
    if (answer === undefined || !/^y(es)?$/i.test(answer))
      throw new Error(`recover: not agreed to; ${stack.committedFile} is as it was. Add --yes.`);
  }
  await writeFile(stack.stackFile, moved.text);
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
