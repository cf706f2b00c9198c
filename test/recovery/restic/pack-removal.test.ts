import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PackRemoval, type HeldPacks } from "../../../recovery/restic/pack-removal.ts";

function held(stdout: string, stderr: string): HeldPacks | null {
  const removal = new PackRemoval();
  for (const line of stdout.split("\n")) removal.line(line);
  return removal.held(stderr);
}

const locked =
  "Remove(<data/96c3193b0e>) returned error, retrying after 1s: client.RemoveObject: ObjectLockedByBucketPolicy.";
const forbidden = "Remove(<data/921fbeacaf>) failed: client.RemoveObject: AccessDenied.";

/* As restic 0.14 and 0.19 print it against a bucket that refuses to remove. */
describe("packs that prune cannot remove", () => {
  it("are counted by restic's own lines, apart from the index files that it removed before", () => {
    const stdout = [
      "to repack:            28 blobs / 29.621 MiB",
      "rebuilding index",
      "[0:00] 100.00%  3 / 3 old indexes deleted",
      "removing 7 old packs",
      "[0:01] 28.57%  2 / 7 files deleted",
    ].join("\n");
    assert.deepEqual(held(stdout, locked), { packs: 5, removed: 2, because: "lock", unindexed: false });
  });

  it("are counted right where restic 0.14 says that all are done once it was ended", () => {
    const stdout = [
      "deleting obsolete index files",
      "[0:00] 100.00%  2 / 2 files deleted",
      "",
      "removing 3 old packs",
      "[0:01] 33.33%  1 / 3 files deleted",
      "[0:02] 100.00%  3 / 3 files deleted",
    ].join("\n");
    assert.deepEqual(held(stdout, locked), { packs: 2, removed: 1, because: "lock", unindexed: false });
  });

  it("are told as unindexed when restic came to nothing else, and as a matter of rights", () => {
    const stdout = "deleting unreferenced packs\n[0:00] 0.00%  0 / 8 files deleted\n";
    assert.equal(held(stdout, locked)?.unindexed, true);
    const both = `${stdout}removing 4 old packs\n[0:00] 0.00%  0 / 4 files deleted\ndone`;
    assert.deepEqual(held(both, forbidden), { packs: 12, removed: 0, because: "rights", unindexed: false });
  });

  it("are none when nothing was refused, or something else was", () => {
    const stdout = "removing 3 old packs\n[0:00] 100.00%  3 / 3 files deleted\ndone";
    assert.equal(held(stdout, ""), null);
    assert.equal(held(stdout, locked.replace("data/", "lock/")), null);
    assert.equal(held("rebuilding index\n", locked), null);
    assert.equal(
      held(stdout, "Remove(<data/921fbeacaf>) returned error, retrying after 1s: connection reset"),
      null,
    );
  });
});
