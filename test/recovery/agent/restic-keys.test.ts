import assert from "node:assert/strict";
import { test } from "node:test";
import { parseKeys } from "../../../recovery/restic/repository-key.ts";

test("of restic's keys the one in use is known", () => {
  const stdout = JSON.stringify([
    { current: false, id: "41c1ae11", userName: "root", hostName: "h", created: "2026-01-01 00:00:00" },
    { current: true, id: "9e2a5c77", userName: "root", hostName: "h", created: "2026-02-01 00:00:00" },
  ]);
  assert.deepEqual(
    parseKeys(stdout).filter(({ current }) => current),
    [{ id: "9e2a5c77", current: true }],
  );
});
