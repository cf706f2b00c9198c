import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withoutSecrets } from "../../../recovery/stores/without-secrets.ts";

describe("withoutSecrets", () => {
  it("blots out secrets, also as a URL writes them, the longest first", () => {
    const message = "connecting mongodb://root:p%40ss%2Fw@h failed: p@ss/w or p@ss/word";
    assert.equal(
      withoutSecrets(message, ["p@ss/w", "p@ss/word"]),
      "connecting mongodb://root:[secret]@h failed: [secret] or [secret]",
    );
  });
});
