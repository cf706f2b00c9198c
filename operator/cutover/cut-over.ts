import type { AccountSettings } from "../../components/config/account-schema.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import type { Clock } from "../../contract/wait-until.ts";
import type { Progress } from "../../workstation/progress.ts";
import { isYes, type Agreement } from "../deploy/agree.ts";
import type { PlannedChange } from "../deploy/planned-changes.ts";
import { type AskNames, awaitResolved, describeAnswers } from "./await-resolved.ts";
import { judgeNewHost, type NewHostView } from "./judge-new-host.ts";
import { moveTarget } from "./move-target.ts";
import { type CutoverPlan, describeCutover, planCutover, recordOf } from "./plan-cutover.ts";
import type { Zone } from "./zone.ts";

/** What a cut-over needs of the world. */
export interface CutoverPorts {
  readonly account: {
    /** The account's stack, by its name, and its committed file as messages name it. */
    readonly stack: string;
    readonly file: string;
    readonly settings: AccountSettings;
    readonly text: string;
    /** What the engine would change if the file had this text. Nothing is touched. */
    planned(text: string): Promise<readonly PlannedChange[]>;
    write(text: string): Promise<void>;
    /** The same as `pulumi up` of the account's stack. */
    up(): Promise<void>;
  };
  readonly zone: Pick<Zone, "addressRecords">;
  /** Looks at the stack's host and at its edge at an address. @throws SshError when the host does not answer */
  look(address: string, name: string): Promise<NewHostView>;
  readonly ask: AskNames;
  readonly now: Date;
  readonly clock?: Clock;
}

export interface CutoverRequest {
  /** Whose host customers are sent to. */
  readonly stack: string;
  /** The record's key. */
  readonly key: string;
  /** Where to; null undoes the last cut-over. */
  readonly to: string | null;
  /** Shows the plan, and changes nothing. */
  readonly onlyPlan: boolean;
  readonly agreement: Pick<Agreement, "yes" | "ask">;
  readonly progress: Progress;
  /** For how long the name servers are asked. */
  readonly limitMs: number;
}

/**
 * Sends customers to another machine: looks, plans, asks, writes the record's target, brings the account up, and waits until name servers
 * say so. The only writer of a target. A run that was broken off is finished by the same command.
 * @throws RecoveryError with every reason why not; nothing was changed then, unless the sentence says so
 */
export async function cutOver(request: CutoverRequest, ports: CutoverPorts): Promise<CutoverPlan> {
  const { stack, key, to, progress } = request;
  const { account, zone } = ports;
  const { name } = recordOf(account.settings, key, account.file);
  const undo = to === null;
  if (!undo)
    await progress.step(`host ${to}`, async (report) => {
      const view = await ports.look(to, name);
      refuse(judgeNewHost(view, { stack, address: to, name }));
      report(`open, and head of its lineage: generation ${view.head?.generation ?? 0}`);
    });
  const plan = await progress.step(`record ${name}`, async (report) => {
    const there = await zone.addressRecords(name);
    report(there.map(({ content }) => content).join(", ") || "none yet");
    return planCutover({ file: account.file, settings: account.settings, key, to, there, now: ports.now });
  });
  const moved = moveTarget(account.text, account.file, key, plan.target);
  if (plan.does !== "none") refuseMore(plan, await planned(moved.text, request, ports), account);
  for (const line of describeCutover(plan, { stack, file: account.file, undo })) progress.note(line);
  for (const line of moved.diff) progress.note(`           ${line}`);
  if (request.onlyPlan) return plan;
  if (plan.does !== "none") {
    await agreed(request, name);
    await change(plan, moved.text, request, ports);
  }
  await confirm(plan, request, ports);
  return plan;
}

function refuse(refusals: ReturnType<typeof judgeNewHost>): void {
  const [first] = refusals;
  if (first === undefined) return;
  throw new RecoveryError(
    first.exitCode,
    [
      ...refusals.map(({ sentence }) => `cutover: ${sentence}.`),
      "cutover: nothing was changed; the record is where it was.",
    ].join("\n"),
  );
}

function planned(
  text: string,
  { progress }: CutoverRequest,
  { account }: CutoverPorts,
): Promise<readonly PlannedChange[]> {
  return progress.step(`plan of stack ${account.stack}`, () => account.planned(text));
}

/** What else waits to be brought up in the account must not ride along at three in the morning. */
function refuseMore(
  { key }: CutoverPlan,
  changes: readonly PlannedChange[],
  { stack, file }: CutoverPorts["account"],
): void {
  const isOurs = ({ name, kind, type }: PlannedChange): boolean =>
    name === `records-${key}` && type === recordType && (kind === "update" || kind === "create");
  const others = changes.filter((change) => !isOurs(change));
  if (others.length === 0) return;
  throw new RecoveryError(
    exitCodes.failed,
    `cutover: ${file}: expected the record to be all that changes, got also ${others.map(({ kind, name }) => `${kind} of ${name}`).join(", ")}. ` +
      `Bring that up first, or take it back: pulumi up --stack ${stack}; nothing was changed.`,
  );
}

const recordType = "cloudflare:index/dnsRecord:DnsRecord";

async function agreed({ agreement, stack }: CutoverRequest, name: string): Promise<void> {
  if (agreement.yes) return;
  if (agreement.ask === null)
    throw new RecoveryError(
      exitCodes.usage,
      `cutover: ${name} would move, and nobody is here to agree; nothing was changed. Add --yes.`,
    );
  if (!isYes(await agreement.ask(`Send the customers of ${name} there, stack ${stack}? [y/N] `)))
    throw new RecoveryError(exitCodes.usage, "cutover: not agreed to; nothing was changed.");
}

async function change(
  plan: CutoverPlan,
  text: string,
  { stack, progress }: CutoverRequest,
  { account }: CutoverPorts,
): Promise<void> {
  await account.write(text);
  try {
    await progress.step(`pulumi up of stack ${account.stack}`, () => account.up());
  } catch (error) {
    const back = plan.from === null ? "" : ` ./kaleem cutover --stack ${stack} --undo goes back.`;
    throw new RecoveryError(
      exitCodes.failed,
      `${sentenceOf(error)}\ncutover: ${account.file} names ${plan.target.address} already, and the record may not yet. ` +
        `When the cause is mended, pulumi up --stack ${account.stack} finishes it.${back}`,
      { cause: error },
    );
  }
}

/** What was declared is what the zone has, and what name servers tell. */
async function confirm(
  { record, target, from }: CutoverPlan,
  { stack, progress, limitMs }: CutoverRequest,
  { zone, ask, clock }: CutoverPorts,
): Promise<void> {
  const { name, proxied } = record;
  const { address } = target;
  const there = (await zone.addressRecords(name)).map(({ content }) => content);
  if (there.length !== 1 || there[0] !== address)
    throw new RecoveryError(
      exitCodes.failed,
      `record ${name}: expected ${address} after the change, got ${there.join(", ") || "none"}: somebody else changes it at the same time. Look at it at Cloudflare.`,
    );
  // A proxied name has Cloudflare's addresses, whatever is behind it.
  if (proxied) return;
  const undoWith = from === null ? "take the target out" : `./kaleem cutover --stack ${stack} --undo`;
  await progress.step(`name servers of ${name}`, async (report) => {
    const waiting = { limitMs, everyMs: 2000, ...(clock === undefined ? {} : { clock }) };
    report(describeAnswers(await awaitResolved(ask, { name, address, undoWith }, waiting)));
  });
}
