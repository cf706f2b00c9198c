import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { diffProperties } from "../../../../toolchain/providers/command/property-diff.ts";
import { diffInputs } from "../../../../toolchain/providers/command/property-differences.ts";
import {
  archiveSignature,
  assetSignature,
  Secret,
  signatureKey,
  unknown,
} from "../../../../toolchain/providers/protocol/value.ts";

describe("diffProperties", () => {
  it("goes into lists and objects, and quotes names that are no identifiers", () => {
    assert.deepEqual(
      diffProperties(
        { list: [1, 2, [3]], map: { a: "1", "x.y": "1", gone: "1" } },
        { list: [1, 5, [4], 6], map: { a: "1", "x.y": "2", come: "1" } },
      ),
      {
        "list[1]": "UPDATE",
        "list[2][0]": "UPDATE",
        "list[3]": "ADD",
        "map.come": "ADD",
        "map.gone": "DELETE",
        'map["x.y"]': "UPDATE",
      },
    );
  });

  it("takes null for absent", () => {
    assert.deepEqual(diffProperties({ a: null, b: "x" }, { b: null }), { b: "DELETE" });
  });

  it("compares a secret as one whole, and notices when a value becomes one", () => {
    assert.deepEqual(diffProperties({ c: new Secret({ port: 1 }) }, { c: new Secret({ port: 1 }) }), {});
    assert.deepEqual(diffProperties({ c: new Secret({ port: 1 }) }, { c: new Secret({ port: 2 }) }), {
      c: "UPDATE",
    });
    assert.deepEqual(diffProperties({ c: "x" }, { c: new Secret("x") }), { c: "UPDATE" });
  });

  it("takes an unknown for a change", () => {
    assert.deepEqual(diffProperties({ a: "x" }, { a: unknown }), { a: "UPDATE" });
    assert.deepEqual(diffProperties({ a: new Secret(["x"]) }, { a: new Secret([unknown]) }), { a: "UPDATE" });
  });

  it("compares contents by hash alone: the state does not keep their paths", () => {
    const asset = (hash: string, path?: string) => ({ [signatureKey]: assetSignature, hash, path });
    assert.deepEqual(diffProperties({ s: asset("1") }, { s: asset("1", "f") }), {});
    assert.deepEqual(diffProperties({ s: asset("1") }, { s: asset("2", "f") }), { s: "UPDATE" });
    const archive = { [signatureKey]: archiveSignature, hash: "1" };
    assert.deepEqual(diffProperties({ s: asset("1") }, { s: archive }), { s: "UPDATE" });
  });
});

describe("diffInputs", () => {
  it("replaces when triggers appear or go away, and leaves a changed one to the SDK", () => {
    assert.deepEqual(diffInputs({}, { triggers: [1] }, []).replaces, ["triggers"]);
    assert.deepEqual(diffInputs({ triggers: [1] }, {}, []).detailedDiff, {
      triggers: { kind: "DELETE_REPLACE" },
    });
    assert.deepEqual(diffInputs({ triggers: [1] }, { triggers: [2] }, []).replaces, []);
  });

  it("leaves out what the program ignores", () => {
    assert.equal(
      diffInputs({ a: "1", b: { c: "1" } }, { a: "2", b: { c: "2" } }, ["a", "b"]).changes,
      "none",
    );
  });
});
