/**
 * `./kaleem cutover --stack S`: sends customers to the stack's host, once it was verified: moves the record's target in the account's
 * stack, brings that up, and waits until the zone's name servers say so. `--undo` goes back. Exit codes: see docs/exit-codes.md.
 */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { runOperatorCommand } from "../command-line.ts";
import { accountPorts, lookAtHost } from "../cutover/cutover-ports.ts";
import { nameServers } from "../cutover/await-resolved.ts";
import { cutOver } from "../cutover/cut-over.ts";
import { terminalQuestion } from "../deploy/agree.ts";
import { OperatorCommand } from "../operator-command.ts";
import { openAccount } from "../stack/account-stack.ts";
import { openStack, type Stack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";

interface CutoverOptions {
  readonly stack: string;
  readonly record?: string;
  readonly to?: string;
  readonly undo?: true;
  readonly plan?: true;
  readonly yes?: true;
  readonly resolver?: string;
  readonly wait: string;
}

await runOperatorCommand(async () => {
  const options = new OperatorCommand("cutover")
    .description("Sends customers to the stack's host, by the record that the account's stack declares.")
    .option("--stack <name>", "the stack whose host takes over", "local")
    .option("--record <key>", "the record in the account's settings (default: the stack's name)")
    .option("--to <address>", "the host's public address (default: that of the stack's file)")
    .option("--undo", "goes back to where the record pointed before")
    .option("--plan", "shows what would change, and changes nothing")
    .option("--yes", "agrees to the plan")
    .option("--resolver <address>", "who is asked whether it resolves (default: the zone's name servers)")
    .option("--wait <seconds>", "for how long it may take to resolve", "300")
    .exitOverride()
    .parse()
    .opts<CutoverOptions>();
  refuseTogether(options);
  const stack = openStack(options.stack);
  const account = openAccount();
  const progress = terminalProgress();
  const ask = nameServers(options.resolver);
  const limitMs = seconds(options.wait) * 1000;
  const to = options.undo === true ? null : await addressOf(stack, options.to);
  const ports = await accountPorts(account, progress);
  const { record, target, does } = await cutOver(
    {
      stack: stack.name,
      key: options.record ?? stack.name,
      to,
      onlyPlan: options.plan === true,
      agreement: { yes: options.yes === true, ask: terminalQuestion() },
      progress,
      limitMs,
    },
    { ...ports, look: lookAtHost(stack), ask, now: new Date() },
  );
  if (options.plan === true) return exitCodes.ok;
  const { committedFile } = account.stack;
  const commit = does === "none" ? "" : ` Commit ${committedFile}.`;
  process.stdout.write(`${record.name} points to ${target.address}.${commit}\n`);
  return exitCodes.ok;
});

function refuseTogether({ undo, to }: CutoverOptions): void {
  if (undo === true && to !== undefined)
    throw new RecoveryError(
      exitCodes.usage,
      "cutover: --undo goes back to where the record pointed before; leave --to out",
    );
  if (to !== undefined && isIP(to) === 0)
    throw new RecoveryError(
      exitCodes.usage,
      `--to: expected the host's public address, such as 203.0.113.7, got ${JSON.stringify(to)}`,
    );
}

function seconds(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new RecoveryError(
    exitCodes.usage,
    `--wait: expected whole seconds from 1 to 99999, got ${JSON.stringify(text)}`,
  );
}

/** A record needs an address; a host's name that stands for one alone will do. */
async function addressOf(stack: Stack, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const { address } = (await readTarget(stack)).ssh;
  if (isIP(address) !== 0) return address;
  const found = (await lookup(address, { all: true, family: 4 })).map((one) => one.address);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new RecoveryError(
    exitCodes.usage,
    `${stack.committedFile}: host.address: expected a name with one address, got ${address} with ${found.length === 0 ? "none" : found.join(", ")}; give the one that customers are sent to with --to`,
  );
}
