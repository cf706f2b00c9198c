import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { HostPort } from "../host/host-port.ts";
import type { PointTags } from "../point/point-tags.ts";
import type { Bucket } from "./bucket.ts";
import { checkHead } from "./check-head.ts";
import { identityOf, nameOf } from "./bucket-identity.ts";
import { confirmClaim, intendClaim, readClaim } from "./claim.ts";
import { HeadStore } from "./head-store.ts";
import type { Head, HeadPoint, Lineage } from "./head.ts";
import { latestPoint } from "./latest.ts";

type Shipped = Pick<PointTags, "id" | "lineage" | "generation" | "instant" | "sequence">;

/** What a renewal works with. */
export interface RenewPorts {
  readonly host: HostPort;
  readonly bucket: Bucket;
  readonly log: { line(text: string): void };
}

/**
 * Makes sure that this host holds the head, and renews it under a new nonce: a machine that takes itself for this one, such as a clone,
 * finds at its next shipping that it has lost. With `shipped` (what is off-site now) the head also names the newest point.
 * @throws RecoveryError as `checkHead`.
 */
export async function renewHead(
  { host, bucket, log }: RenewPorts,
  own: Lineage,
  shipped: readonly Shipped[] = [],
): Promise<Head> {
  const store = new HeadStore(bucket);
  const stored = await store.read();
  const holding = { claim: await readClaim(host, own), location: bucket.location };
  checkHead(stored?.head ?? null, own, holding);
  if (stored === null) throw new Error("a head that is not there was taken for ours");
  const former = holding.claim?.bucket ?? null;
  if (former !== null && nameOf(former) !== nameOf(identityOf(bucket.location)))
    log.line(
      `the bucket is ${nameOf(identityOf(bucket.location))} now, was ${nameOf(former)}: it holds our head`,
    );
  // Settles a write of before a crash: its nonce must not be used for another content.
  if (holding.claim?.intended === stored.head.nonce && holding.claim !== null)
    await confirmClaim(host, holding.claim, stored.head, bucket.location);
  const claim = await intendClaim(host, own);
  const head = {
    ...renewed(stored.head, shipped),
    nonce: claim.intended,
    renewedAt: host.now().toISOString(),
  };
  if (!(await store.replace(head, stored.etag))) {
    const present = await store.read();
    checkHead(present?.head ?? null, own, { ...holding, claim });
    throw new RecoveryError(
      exitCodes.busy,
      "The head was changed while it was renewed, and is this host's again: another run of the agent is at work. Try again.",
    );
  }
  await confirmClaim(host, claim, head, bucket.location);
  return head;
}

function renewed(head: Head, shipped: readonly Shipped[]): Head {
  const own = shipped.filter(
    (point) => point.lineage === head.lineage && point.generation === head.generation,
  );
  const sequence = Math.max(head.sequence ?? 0, ...own.map((point) => point.sequence ?? 0));
  const newest = latestPoint(own, { ...head, parent: null });
  return { ...head, sequence, ...(newest === null ? {} : { newest: headPoint(newest) }) };
}

function headPoint({ id, instant, sequence }: Shipped): HeadPoint {
  return { point: id, instant, sequence: sequence ?? null };
}
