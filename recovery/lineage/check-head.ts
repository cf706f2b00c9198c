import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { BucketLocation } from "./bucket.ts";
import { identityOf, nameOf, type BucketIdentity } from "./bucket-identity.ts";
import { isOurs, type Claim } from "./claim.ts";
import type { Head, Lineage } from "./head.ts";

/** What this host knows of its own hold on the head, and the bucket that it looks at. */
export interface Holding {
  readonly claim: Claim | null;
  readonly location: BucketLocation;
}

/**
 * Makes sure that this host may still write: the head names its lineage, generation and machine, and bears a nonce that it wrote. A
 * head without a nonce is one of before there were any, or such a one put back; no present machine can have written it.
 * @throws RecoveryError `superseded` naming who may, and what to do; `config` when this is another bucket than the one shipped to;
 * `failed` when the head record is gone from its own.
 */
export function checkHead(head: Head | null, own: Lineage, holding?: Holding): void {
  if (head?.movedTo !== undefined) throw moved(head.movedTo);
  if (head !== null && names(head, own)) {
    if (holding === undefined || head.nonce === undefined || isOurs(holding.claim, head)) return;
    refuseOtherBucket(head, own, holding);
    throw superseded(own, describeTwin(head, holding.claim), takeBack);
  }
  refuseOtherBucket(head, own, holding);
  if (head === null) {
    throw new RecoveryError(
      exitCodes.failed,
      `The bucket has no head record, but this data root holds ${name(own)}: the bucket was emptied or another one is configured. Nothing more is shipped until offsite in the stack file is right. ` +
        `If it is, \`./kaleem restore --from local --over-existing\` writes the record again.`,
    );
  }
  throw superseded(own, `the bucket's head is ${name(head)} since ${head.changedAt}`, closeIt);
}

const closeIt = "If customers still reach this host, close it with `kaleem-agent close`.";
const takeBack =
  "If customers still reach this host and not that one, turn that one off, take a point (`./kaleem point`) and make it the next generation by `./kaleem restore --at POINT --from local --over-existing --take-over`; else close this one with `kaleem-agent close`.";

function moved(to: BucketIdentity): RecoveryError {
  return new RecoveryError(
    exitCodes.config,
    `Everything in this bucket was moved to ${nameOf(to)}, and nothing more is written here. Go on with \`./kaleem offsite move\`, or give it up with \`./kaleem offsite move --cancel\`.`,
  );
}

function superseded(own: Lineage, why: string, next: string): RecoveryError {
  return new RecoveryError(
    exitCodes.superseded,
    `This host is superseded: it holds ${name(own)}, ${why}. Nothing more is shipped from here. ${next}`,
  );
}

function describeTwin({ renewedAt, changedAt }: Head, claim: Claim | null): string {
  const when = renewedAt ?? changedAt;
  if (claim === null)
    return `but has no record of having written the head of ${when}: a clone of this machine ships, or the data root was put together by hand`;
  const last = claim.seenAt === null ? "" : ` since ${claim.seenAt}`;
  return `but the head was renewed at ${when} by another machine of the same identity, not by this one${last}: a clone of this machine ships, or this one was set back to an earlier state`;
}

function refuseOtherBucket(head: Head | null, own: Lineage, holding: Holding | undefined): void {
  const former = holding?.claim?.bucket ?? null;
  if (holding === undefined || former === null) return;
  const present = identityOf(holding.location);
  if (nameOf(former) === nameOf(present)) return;
  const found = head === null ? "has no head record" : `has another head (${name(head)})`;
  throw new RecoveryError(
    exitCodes.config,
    `offsite in the stack file names ${nameOf(present)}, another bucket than the one that ${name(own)} shipped to, ${nameOf(former)}; it ${found}. Nothing was shipped. ` +
      `Put the former values back and run \`./kaleem up\`. To move, run \`./kaleem offsite move\`.`,
  );
}

function names(head: Head, own: Lineage): boolean {
  return head.lineage === own.lineage && head.generation === own.generation && head.host === own.host;
}

function name({ lineage, generation, host }: Lineage): string {
  return `lineage ${lineage}, generation ${generation}, host ${host.slice(0, 8)}`;
}
