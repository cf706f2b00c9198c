/**
 * `./kaleem kit --out FILE`, `--print`, `--check FILE`: a stack's recovery kit, which is the bucket's address and keys, and one passphrase.
 * With this repository it brings everything back; so does it for whoever finds it. Keep it away from the server.
 * Exit codes: see docs/exit-codes.md; a check ends with that of the first thing that does not open.
 */
import { readFile, rename, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { repositoryRoot } from "../../workstation/repository.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { kitAnswer } from "../answers/kit-answer.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { runOperatorCommand } from "../command-line.ts";
import { isYes, terminalQuestion } from "../deploy/agree.ts";
import { checkKit, hostOfKit, renderKitCheck } from "../kit/check-kit.ts";
import { makeKit, passphraseKit } from "../kit/make-kit.ts";
import { printKit } from "../kit/paper-kit.ts";
import { readRecoveryKit, type RecoveryKit } from "../kit/recovery-kit.ts";
import { recipientIn, writeRecipient } from "../kit/write-recipient.ts";
import { OperatorCommand } from "../operator-command.ts";
import { openSecretsStack } from "../secrets/secrets-stack.ts";
import { openStack, type Stack } from "../stack/stack.ts";

interface KitOptions {
  readonly out?: string;
  readonly print?: true;
  readonly check?: string;
  readonly from?: string;
  readonly renew?: true;
  readonly stack?: string;
  readonly json?: true;
}

const progress = terminalProgress();

await runOperatorCommand(async () => {
  const options = new OperatorCommand("kit")
    .description("The recovery kit of a stack: all that an operator must keep.")
    .option("--out <file>", "writes it there (mode 0600); an existing file is replaced only when you say so")
    .option("--print", "prints it, to be copied by hand and typed again")
    .option("--check <file>", "opens everything with that kit, and notes when; needs no stack file")
    .option("--from <file>", "takes the passphrase of that kit, with the present keys of the bucket")
    .option("--renew", "draws another passphrase, although there is a kit")
    .option("--stack <name>", "the stack (default: local; of --check: the one that the kit is of)")
    .option("--json", "with --out: says as JSON where it is (docs/json.md)")
    .exitOverride()
    .parse()
    .opts<KitOptions>();
  // A stack that is not there is told before anything else.
  if (options.check === undefined) openStack(options.stack ?? "local");
  const writes = options.out !== undefined || options.print === true;
  if (writes === (options.check !== undefined))
    throw new RecoveryError(exitCodes.usage, "kit: say what to do: --out FILE, --print, or --check FILE");
  if (options.json === true && (options.out === undefined || options.print === true))
    throw new RecoveryError(exitCodes.usage, "kit: --json goes with --out alone");
  if (options.from !== undefined && options.renew === true)
    throw new RecoveryError(
      exitCodes.usage,
      "kit: --from keeps a passphrase and --renew draws one: give one of them",
    );
  return options.check === undefined ? write(options) : check(options.check, options.stack);
});

async function write(options: KitOptions): Promise<number> {
  const stack = openStack(options.stack ?? "local");
  if (options.out !== undefined && existsSync(options.out)) await agreeToReplace(options.out);
  const from = options.from === undefined ? null : await readRecoveryKit(options.from);
  const values = await openSecretsStack(stack, progress).values();
  const file = join(stack.repository, stack.committedFile);
  const committed = await readFile(file, "utf8");
  const recipient = recipientIn(committed);
  const request = { stack: stack.name, values };
  if (stack.kind === "local" && recipient === null) {
    if (from !== null || options.renew === true)
      throw new RecoveryError(
        exitCodes.usage,
        `kit: stack ${stack.name} is an emulated one: its kit holds the passphrase of its secrets, and takes neither --from nor --renew`,
      );
    const passphrase = (await readFile(stack.passphraseFile, "utf8")).trim();
    await hand(passphraseKit(request, passphrase), options);
    return exitCodes.ok;
  }
  const made = await makeKit({ ...request, recipient, from, renew: options.renew === true });
  await hand(made.kit, options);
  await nameRecipient(stack, file, made.recipient);
  return exitCodes.ok;
}

/** The kit is out first: a recipient of which nobody has the kit would be worse than none. */
async function hand(kit: RecoveryKit, { out, print, json }: KitOptions): Promise<void> {
  if (out !== undefined) {
    const fresh = `${out}.${process.pid}.new`;
    await writeFile(fresh, `${JSON.stringify(kit, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    await rename(fresh, out);
  }
  if (print === true) process.stdout.write(printKit(kit));
  const told = `recovery kit of stack ${kit.stack ?? ""}. Keep it where it survives the loss of the server.\n`;
  if (out !== undefined && json === true) printAnswer(kitAnswer, { stack: kit.stack ?? "", file: out });
  else if (out !== undefined) (print === true ? process.stderr : process.stdout).write(`${out}: ${told}`);
  else process.stderr.write(told);
}

async function nameRecipient(stack: Stack, file: string, recipient: string): Promise<void> {
  const edited = writeRecipient(await readFile(file, "utf8"), recipient);
  if (edited.diff.length === 0) return;
  await writeFile(file, edited.text);
  process.stderr.write(
    [
      `${stack.committedFile}:`,
      ...edited.diff.map((line) => `  ${line}`),
      `Commit it; ./kaleem up --stack ${stack.name} seals the stack's file to this kit, and the next shipping brings it off-site.`,
      `Then: ./kaleem kit --check FILE`,
      "",
    ].join("\n"),
  );
}

async function agreeToReplace(out: string): Promise<void> {
  const answer = await terminalQuestion()?.(`${out} is there already. Replace it? [y/N] `);
  if (isYes(answer)) return;
  throw new RecoveryError(
    exitCodes.usage,
    `kit: ${out} is there already; nothing was written. Name another file, or move that one away.`,
  );
}

async function check(file: string, stack: string | undefined): Promise<number> {
  const kit = await readRecoveryKit(file);
  const opened: (() => Promise<void>)[] = [];
  try {
    const report = await checkKit({
      kit,
      stack,
      now: new Date(),
      openHost: async (content) => {
        const { host, close } = await hostOfKit(content, repositoryRoot);
        opened.push(close);
        return host;
      },
    });
    process.stdout.write(`${renderKitCheck(report)}\n`);
    return report.exitCode;
  } finally {
    for (const close of opened) await close();
  }
}
