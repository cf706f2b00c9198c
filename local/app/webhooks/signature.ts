import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * The header that proves who sent a webhook: `X-Kaleem-Signature: t=<seconds since 1970>,v1=<hex>`, where the hex is
 * HMAC-SHA256, with the signing key, over the time, a dot, the source in the address, a dot, and the body as sent.
 */
export const signatureHeader = "x-kaleem-signature";

/** A signature older or newer than this is refused: whoever overheard a call cannot repeat it later. */
export const windowSeconds = 300;

/** What a check found: when the call was signed, or why it is not believed. */
export type SignatureCheck = { readonly signedAt: number } | { readonly why: string };

/** The header's value for a call. `signedAt` in whole seconds since 1970. */
export function sign(key: string, signedAt: number, source: string, body: Buffer): string {
  return `t=${signedAt},v1=${digest(key, signedAt, source, body).toString("hex")}`;
}

/** Checks a header in constant time as far as the key is concerned. `now` in seconds since 1970. */
export function checkSignature(
  key: string,
  header: string | undefined,
  call: { readonly source: string; readonly body: Buffer },
  now: number,
): SignatureCheck {
  if (header === undefined) return { why: `no ${signatureHeader} header` };
  const [, time, hex] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  if (time === undefined || hex === undefined) {
    return { why: `the ${signatureHeader} header is not of the form t=<seconds>,v1=<64 hex digits>` };
  }
  const signedAt = Number(time);
  const expected = digest(key, signedAt, call.source, call.body);
  if (!timingSafeEqual(expected, Buffer.from(hex, "hex"))) return { why: "the signature does not match" };
  // After the signature: a stranger learns nothing of our clock.
  if (Math.abs(now - signedAt) > windowSeconds) {
    return { why: `signed ${Math.round(now - signedAt)} s ago; at most ${windowSeconds} s are accepted` };
  }
  return { signedAt };
}

function digest(key: string, signedAt: number, source: string, body: Buffer): Buffer {
  return createHmac("sha256", key).update(`${signedAt}.${source}.`).update(body).digest();
}
