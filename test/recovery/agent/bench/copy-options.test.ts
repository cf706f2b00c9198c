import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseCopyOptions } from "../../../../recovery/agent/bench/copy-options.ts";
import { layout } from "../../../../contract/layout.ts";

describe("parseCopyOptions", () => {
  it("measures a thousand files on the data root for ten seconds unless told otherwise", () => {
    assert.deepEqual(parseCopyOptions([]), {
      files: 1000,
      seconds: 10,
      root: layout.dataRoot,
      everySeconds: 5,
    });
    const told = parseCopyOptions(["--files", "3", "--seconds", "2", "--every", "1", "--root", "/x"]);
    assert.deepEqual(told, { files: 3, seconds: 2, root: "/x", everySeconds: 1 });
  });

  it("refuses figures out of bounds", () => {
    for (const args of [
      ["--files", "0"],
      ["--files", "1.5"],
      ["--seconds", "601"],
      ["--every", "0"],
      ["--seconds", "x"],
    ]) {
      assert.throws(
        () => parseCopyOptions(args),
        /^RecoveryError: bench-copy: --files must be 1 … 1000000, --seconds 1 … 600, --every at least 1 \(seconds between copies\)\.$/,
        args.join(" "),
      );
    }
  });
});
