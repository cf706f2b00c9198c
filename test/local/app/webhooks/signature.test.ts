import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSignature, sign, windowSeconds } from "../../../../local/app/webhooks/signature.ts";

const key = "a key of 32 bytes, drawn at random";
const call = { source: "shop", body: Buffer.from('{"paid":true}') };
const at = 1_795_000_000;
const signed = sign(key, at, call.source, call.body);
const check = (header: string | undefined, changed: Partial<typeof call> = {}, now = at) =>
  checkSignature(key, header, { ...call, ...changed }, now);

test("signs as any HMAC-SHA256 tool does: time, dot, source, dot, body", () => {
  assert.equal(signed, "t=1795000000,v1=27b26fd4234e014cd341a07bbcb39b556353879d9d791c92f53aedb73091b741");
});

test("believes what was signed with the key, within the window on either side", () => {
  for (const now of [at, at + windowSeconds, at - windowSeconds]) {
    assert.deepEqual(check(signed, {}, now), { signedAt: at });
  }
});

const cases: readonly [
  title: string,
  header: string | undefined,
  changed: Partial<typeof call>,
  why: RegExp,
][] = [
  ["no header", undefined, {}, /^no x-kaleem-signature header$/],
  ["a header of another form", "sha256=abc", {}, /not of the form t=<seconds>,v1=<64 hex digits>$/],
  ["capital hex digits, which would be a second spelling", signed.toUpperCase(), {}, /not of the form/],
  ["another key", sign("another key", at, call.source, call.body), {}, /^the signature does not match$/],
  ["one changed byte", signed, { body: Buffer.from('{"paid":trux}') }, /^the signature does not match$/],
  ["a call meant for another source", signed, { source: "bank" }, /^the signature does not match$/],
  ["another time than the signed one", signed.replace(String(at), String(at + 1)), {}, /does not match$/],
];
for (const [title, header, changed, why] of cases) {
  test(`does not believe ${title}`, () => {
    const checked = check(header, changed);
    assert.ok("why" in checked);
    assert.match(checked.why, why);
  });
}

test("does not believe a call that is repeated after the window, or comes from the future", () => {
  assert.deepEqual(check(signed, {}, at + 301), { why: "signed 301 s ago; at most 300 s are accepted" });
  assert.deepEqual(check(signed, {}, at - 301), { why: "signed -301 s ago; at most 300 s are accepted" });
});
