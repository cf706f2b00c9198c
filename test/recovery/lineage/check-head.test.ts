import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkHead } from "../../../recovery/lineage/check-head.ts";

const own = { lineage: "prod-1", generation: 2, host: "machine-one" };
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

  it("stops a host that has a lineage whose bucket has no head", () => {
    assert.throws(
      () => checkHead(null, own),
      /The bucket has no head record, but this data root has lineage prod-1, generation 2/,
    );
  });
});
