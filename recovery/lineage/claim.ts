import { z } from "zod";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { HostPort } from "../host/host-port.ts";
import { layout } from "../../contract/layout.ts";
import { bucketIdentitySchema, identityOf } from "./bucket-identity.ts";
import type { BucketLocation } from "./bucket.ts";
import { lineageSchema, newNonce, type Head, type Lineage } from "./head.ts";

/** What a host keeps of its hold on the head, on the data root itself: a data root that is set back must not be taken for the newest. */
export const claimSchema = lineageSchema.extend({
  /** The head's nonce as this host last saw it written; null before the first. */
  nonce: z.string().nullable(),
  /**
   * The nonce of a write that was begun and whose end is not known. It is kept, and used again, until that write or its successor is
   * seen: a write that arrives late is then still this host's own.
   */
  intended: z.string().nullable(),
  /** The bucket that the head was last seen in. */
  bucket: bucketIdentitySchema.nullable(),
  /** The head's `sequence`, as last seen. */
  sequence: z.number().int().nonnegative(),
  /** When the head was last seen to be ours. */
  seenAt: z.iso.datetime().nullable(),
});
export type Claim = z.infer<typeof claimSchema>;

/** The claim of the present generation, and of the next one while a restore goes over to it. */
const claimsSchema = z.array(claimSchema);

/** Where the claims are kept. */
export const claimPath = `${layout.lineage}.claim`;

type Files = Pick<HostPort, "readFile" | "writeFile">;
type Named = Pick<Lineage, "lineage" | "generation">;

/** This host's claim on a generation; null when it has none. A file that cannot be understood is an error, never "none". */
export async function readClaim(host: Pick<Files, "readFile">, named: Named): Promise<Claim | null> {
  const claims = await readClaims(host);
  if (claims !== null) return claims.find((claim) => isOf(claim, named)) ?? null;
  throw new RecoveryError(
    exitCodes.failed,
    `${claimPath} cannot be understood: it says which head record is this host's own. Nothing is shipped from here until it is right; \`./kaleem restore --at POINT --from local --over-existing\` of a point taken now writes it again.`,
  );
}

/** Durable when it returns. Keeps one other generation's claim beside it, and replaces a file that cannot be understood. */
export async function writeClaim(host: Files, claim: Claim): Promise<void> {
  const [other] = ((await readClaims(host)) ?? []).filter((one) => !isOf(one, claim));
  const claims = other === undefined ? [claim] : [claim, other];
  await host.writeFile(claimPath, `${JSON.stringify(claims, null, 2)}\n`, 0o644);
}

/**
 * Notes the nonce of a write before it is sent, so that a crash on either side of it is recovered from: whichever of the two nonces
 * stands in the bucket afterwards, it is ours.
 */
export async function intendClaim(host: Files, own: Lineage): Promise<Claim & { readonly intended: string }> {
  const { lineage, generation } = own;
  const fresh = { lineage, generation, nonce: null, intended: null, bucket: null, sequence: 0, seenAt: null };
  const kept = (await readClaims(host))?.find((claim) => isOf(claim, own)) ?? fresh;
  const claim = { ...kept, host: own.host, intended: kept.intended ?? newNonce() };
  await writeClaim(host, claim);
  return claim;
}

/** Notes that the head with this nonce stands in that bucket. */
export async function confirmClaim(
  host: Files & Pick<HostPort, "now">,
  claim: Claim,
  head: Pick<Head, "nonce" | "sequence">,
  bucket: BucketLocation,
): Promise<void> {
  const sequence = Math.max(claim.sequence, head.sequence ?? 0);
  const settled = { nonce: head.nonce ?? null, intended: null, sequence, seenAt: host.now().toISOString() };
  await writeClaim(host, { ...claim, ...settled, bucket: identityOf(bucket) });
}

/** True when this host wrote the head, going by a claim that can be understood. */
export async function wroteHead(host: Pick<Files, "readFile">, head: Head): Promise<boolean> {
  return isOurs((await readClaims(host))?.find((claim) => isOf(claim, head)) ?? null, head);
}

/** True when the head's nonce is one that this host wrote: confirmed, or begun before a crash. */
export function isOurs(claim: Claim | null, head: Pick<Head, "nonce">): boolean {
  return head.nonce !== undefined && (head.nonce === claim?.nonce || head.nonce === claim?.intended);
}

/** Null for a file that cannot be understood. */
async function readClaims(host: Pick<Files, "readFile">): Promise<readonly Claim[] | null> {
  const text = await host.readFile(claimPath);
  if (text === null) return [];
  try {
    const parsed = claimsSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function isOf(claim: Claim, { lineage, generation }: Named): boolean {
  return claim.lineage === lineage && claim.generation === generation;
}
