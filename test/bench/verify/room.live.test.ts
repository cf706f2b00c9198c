import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import test from "node:test";
import { otherRooms, requireLaid, Room } from "../../../bench/verify/room.ts";
import { layout } from "../../../contract/layout.ts";

test("two rooms at once: what one of them has laid its folders upon stays until the other is closed, too", async () => {
  const wasThere = existsSync(layout.runtime);
  const first = await Room.open();
  const second = await Room.open();
  await first.close();
  assert.equal(existsSync(first.folder), false);
  assert.equal(existsSync(layout.runtime), true);
  await second.close();
  assert.equal(existsSync(second.folder), false);
  // Another bench of this machine may hold it still, or have come meanwhile.
  if (!wasThere && (await otherRooms(second.folder)).length === 0)
    assert.equal(existsSync(layout.runtime), false);
});

test("what lies outside a room is no place to lose data in", async () => {
  await assert.rejects(
    requireLaid(),
    /^Error: bench verify: \/srv\/kaleem, .*: expected the bench's own folder there, it is gone; nothing was removed$/,
  );
});
