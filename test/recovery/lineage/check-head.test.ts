import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { exitCodes } from "../../../contract/exit-codes.ts";
import { checkHead } from "../../../recovery/lineage/check-head.ts";

const own = { lineage: "prod-1", generation: 2, host: "machine-one" };
const bucket = { endpoint: "https://s3.example", bucket: "kaleem-backup", prefix: "prod" };
const location = { ...bucket, region: "auto" };
const claim = {
  ...own,
  nonce: "n1",
  intended: null,
  bucket,
  sequence: 4,
  seenAt: "2026-11-21T13:00:00.000Z",
};
const head = { ...own, stack: "prod", parent: null, changedAt: "2026-11-21T12:00:00.000Z" };

describe("checkHead", () => {
  it("lets the host write that the head names", () => {
    checkHead(head, own);
  });

  for (const difference of [{ generation: 3 }, { host: "machine-two" }, { lineage: "prod-2" }]) {
    it(`stops a host when the head has another ${Object.keys(difference).join()}`, () => {
      assert.throws(
        () => checkHead({ ...head, ...difference }, own),
        /^RecoveryError: This host is superseded: it holds lineage prod-1, generation 2, host machine-, the bucket's head is .* since 2026-11-21T12:00:00\.000Z\. Nothing more is shipped from here\./,
      );
    });
  }

  it("knows its own head by the nonce: confirmed, or written and not confirmed before a crash", () => {
    const holding = { claim, location };
    checkHead({ ...head, nonce: "n1" }, own, holding);
    checkHead({ ...head, nonce: "n2" }, own, { claim: { ...claim, intended: "n2" }, location });
    // An older agent's head, or such a one put back.
    checkHead(head, own, holding);
    checkHead(head, own, { claim: null, location });
  });

  it("stops a host when the head was renewed by a clone of it", () => {
    assert.throws(
      () =>
        checkHead({ ...head, nonce: "n9", renewedAt: "2026-11-21T13:05:00.000Z" }, own, { claim, location }),
      /^RecoveryError: This host is superseded: it holds lineage prod-1, generation 2, host machine-, but the head was renewed at 2026-11-21T13:05:00\.000Z by another machine of the same identity, not by this one since 2026-11-21T13:00:00\.000Z: a clone of this machine ships, or this one was set back to an earlier state\. Nothing more is shipped from here\. .*`\.\/kaleem restore --at POINT --from local --over-existing --take-over`/,
    );
    assert.throws(
      () => checkHead({ ...head, nonce: "n9" }, own, { claim: null, location }),
      /has no record of having written the head of 2026-11-21T12:00:00\.000Z/,
    );
  });

  for (const [found, present] of [
    ["has no head record", null],
    [
      "has another head \\(lineage other, generation 1, host machine-\\)",
      { ...head, lineage: "other", generation: 1 },
    ],
    ["has another head", { ...head, nonce: "n9" }],
  ] as const) {
    it(`knows another bucket that ${found} for another bucket, not for another machine`, () => {
      const moved = { ...location, bucket: "new-backup", endpoint: "https://s3.new" };
      const check = (): void => checkHead(present, own, { claim, location: moved });
      assert.throws(
        check,
        new RegExp(
          `^RecoveryError: offsite in the stack file names s3://new-backup/prod at https://s3\\.new, another bucket than the one that lineage prod-1, generation 2, host machine- shipped to, s3://kaleem-backup/prod at https://s3\\.example; it ${found}.*Put the former values back and run \`\\./kaleem up\`\\.`,
        ),
      );
      assert.throws(check, { exitCode: exitCodes.config });
    });
  }

  it("takes a bucket by another name for the same, when it holds the very head", () => {
    const renamed = { ...location, endpoint: "https://eu.s3.example" };
    checkHead({ ...head, nonce: "n1" }, own, { claim, location: renamed });
    // A slash at the end makes no other bucket.
    const slash = { ...location, endpoint: "https://s3.example/" };
    assert.throws(() => checkHead(null, own, { claim, location: slash }), /The bucket has no head record/);
  });

  it("stops a host that has a lineage whose bucket has no head, and does not say that another machine has taken over", () => {
    assert.throws(() => checkHead(null, own, { claim, location }), { exitCode: exitCodes.failed });
    assert.throws(
      () => checkHead(null, own),
      /The bucket has no head record, but this data root holds lineage prod-1, generation 2/,
    );
  });
});
