import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { removeDeadLocks } from "../../../recovery/restic/dead-locks.ts";
import { Restic } from "../../../recovery/restic/restic.ts";

/** Counts how often restic would have been asked. */
class CountingRestic extends Restic {
  asked = 0;
  override unlockStale(): Promise<void> {
    this.asked += 1;
    return Promise.resolve();
  }
}

test("restic is asked to unlock only when a whole lock lies in the repository", async () => {
  const url = await mkdtemp(join(tmpdir(), "kaleem-locks-"));
  const restic = new CountingRestic({ url, passwordFile: "" });
  const id = "a".repeat(64);
  try {
    assert.equal(await removeDeadLocks(restic), false, "no repository yet");
    await mkdir(join(url, "locks"));
    await writeFile(join(url, "locks", `${id}-tmp-17`), "");
    assert.equal(await removeDeadLocks(restic), false, "the beginning of a lock is none");
    await writeFile(join(url, "locks", id), "");
    assert.equal(await removeDeadLocks(restic), true);
    assert.equal(restic.asked, 1);
  } finally {
    await rm(url, { recursive: true });
  }
});
