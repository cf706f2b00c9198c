import { isIPv4 } from "node:net";
import type {
  AccountSettings,
  RecordSettings,
  TargetSettings,
} from "../../components/config/account-schema.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { ZoneRecord } from "./zone.ts";

/** What a cut-over is planned from. */
export interface CutoverSituation {
  /** The account's stack file, as messages name it. */
  readonly file: string;
  readonly settings: AccountSettings;
  /** The record's key in the settings. */
  readonly key: string;
  /** Where to; null undoes the last cut-over. */
  readonly to: string | null;
  /** What the zone has under the record's name, of address records. */
  readonly there: readonly ZoneRecord[];
  readonly now: Date;
}

/** What a cut-over would do. */
export interface CutoverPlan {
  readonly key: string;
  readonly record: RecordSettings;
  readonly from: string | null;
  readonly target: TargetSettings;
  /** `move`: setting and record change; `finish`: the setting is there and the record is not, of a run that was broken off; `none`: both are there. */
  readonly does: "move" | "finish" | "none";
}

/** The settings of a record. @throws RecoveryError `usage` naming those that there are */
export function recordOf({ account }: AccountSettings, key: string, file: string): RecordSettings {
  const record = account.records[key];
  if (record !== undefined) return record;
  const others = Object.keys(account.records);
  throw new RecoveryError(
    exitCodes.usage,
    `${file}: account.records: expected a record ${key}, got ${others.length === 0 ? "none at all" : others.join(", ")}; ` +
      "declare it there, or name another with --record.",
  );
}

/**
 * Where the record has to go, and what of that is done already. Pure.
 * @throws RecoveryError when there is nothing to undo, or the record is not as the account's stack left it
 */
export function planCutover(situation: CutoverSituation): CutoverPlan {
  const { file, settings, key, now } = situation;
  const record = recordOf(settings, key, file);
  const present = settings.targets[key];
  const address = situation.to ?? undone(situation, present);
  const found = soleRecord(situation, record);
  refuseForeign(situation, record, present, found, address);
  if (present?.address === address) {
    const does = found?.content === address ? "none" : "finish";
    return { key, record, from: found?.content ?? null, target: present, does };
  }
  const from = present?.address ?? null;
  const at = now.toISOString().replace(/[-:]|\.\d+/g, "");
  const target = { address, at, ...(from === null ? {} : { before: from }) };
  return { key, record, from, target, does: "move" };
}

function undone({ file, key }: CutoverSituation, present: TargetSettings | undefined): string {
  if (present?.before !== undefined) return present.before;
  throw new RecoveryError(
    exitCodes.usage,
    `${file}: targets.${key}.before: expected the address to go back to, got none: ${present === undefined ? "the record never had a target" : "it was never moved"}; nothing was changed.`,
  );
}

/** The one address record under the name; several are somebody else's doing. */
function soleRecord(
  { there, key, file }: CutoverSituation,
  { name }: RecordSettings,
): ZoneRecord | undefined {
  if (there.length <= 1) return there[0];
  throw new RecoveryError(
    exitCodes.failed,
    `record ${name}: expected one address, got ${there.map(({ content }) => content).join(", ")}: somebody added to what ${file} declares as ${key}. ` +
      "Resolvers would go on sending part of the clients elsewhere. Remove the others at Cloudflare, then run this again; nothing was changed.",
  );
}

/** What the account's stack did not do is nobody's to overwrite without a look. */
function refuseForeign(
  { file, key }: CutoverSituation,
  { name }: RecordSettings,
  present: TargetSettings | undefined,
  found: ZoneRecord | undefined,
  address: string,
): void {
  if (present === undefined) {
    if (found === undefined) return;
    throw new RecoveryError(
      exitCodes.failed,
      `record ${name}: expected none yet, since ${file} has no target for ${key}, got ${found.content} (id ${found.id}), made by hand or by a stack that was lost. ` +
        `Adopt it first: adopt.records.${key}: ${found.id} and targets.${key} with that address, then pulumi up (docs/account.md); nothing was changed.`,
    );
  }
  if (isIPv4(present.address) !== isIPv4(address))
    throw new RecoveryError(
      exitCodes.usage,
      `record ${name}: expected an address of the same family as ${present.address}, got ${address}: it would be another record, and the present one is protected; nothing was changed.`,
    );
  if (found === undefined)
    throw new RecoveryError(
      exitCodes.failed,
      `record ${name}: expected ${present.address}, as ${file} says, got no record: somebody removed it. ` +
        "pulumi refresh, then pulumi up of the account's stack make it anew; then run this again. Nothing was changed.",
    );
  // A run that was broken off left the setting moved and the record where it was.
  if ([present.address, present.before, address].includes(found.content)) return;
  throw new RecoveryError(
    exitCodes.failed,
    `record ${name}: expected ${present.address}, as targets.${key} in ${file} says, got ${found.content}: somebody else changed it` +
      `${found.modifiedAt === null ? "" : ` on ${found.modifiedAt}`}. Find out who and why. To go on from there, write ${found.content} into targets.${key}.address; nothing was changed.`,
  );
}

/** The plan in words that an operator can agree to. */
export function describeCutover(
  { record, from, target, does }: CutoverPlan,
  { stack, file, undo }: { readonly stack: string; readonly file: string; readonly undo: boolean },
): readonly string[] {
  const { name, proxied, ttl } = record;
  const type = isIPv4(target.address) ? "A" : "AAAA";
  const reach = proxied
    ? "proxied: clients follow at once, as Cloudflare does"
    : `clients follow within ${ttl}, which resolvers remember the former address for`;
  const lines = [
    `${undo ? "undo the cut-over" : "cut-over"} of ${name} (${type})`,
    `  from     ${from ?? "nothing: it is not declared yet"}`,
    `  to       ${target.address}`,
    `  ttl      ${reach}`,
  ];
  if (does === "none") return [...lines, "  unchanged: setting and record say so already"];
  return [
    ...lines,
    does === "move"
      ? `  changes  ${file}, and the one record at Cloudflare`
      : `  changes  the record at Cloudflare; ${file} names the address already, by a run that was broken off`,
    ...(undo
      ? ["  not looked at: whether the machine at that address still answers, and whether it was superseded"]
      : []),
    ...(isReachable(target.address)
      ? []
      : [`  remark   ${target.address} is an address that only a private network or this computer reaches`]),
    ...(from === null || undo ? [] : [`  undo     ./kaleem cutover --stack ${stack} --undo`]),
  ];
}

/** Whether the internet knows an address: none of the private, loopback, link-local and shared ranges. */
function isReachable(address: string): boolean {
  return !/^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1$|f[cd]|fe80:)/.test(
    address,
  );
}
