import assert from "node:assert/strict";
import test from "node:test";
import { layout } from "../../../contract/layout.ts";
import { outside, places } from "../../../bench/verify/room.ts";

test("a path of the agent's is found in the room; any other is as it is", () => {
  assert.equal(outside("/tmp/room", `${layout.proof}/files/redis`), "/tmp/room/data/proof/files/redis");
  assert.equal(outside("/tmp/room", layout.dataRoot), "/tmp/room/data");
  assert.equal(outside("/tmp/room", layout.proofFiles), "/tmp/room/run/proof");
  assert.equal(outside("/tmp/room", "/srv/kaleem-other"), "/srv/kaleem-other");
});

test("everything that the agent writes lies in the room", () => {
  for (const path of [
    ...[layout.live, layout.point, layout.lineage, layout.incoming, layout.repository, layout.resticCache],
    ...[
      layout.agentState,
      layout.config,
      layout.resticPassword,
      layout.userSecrets,
      layout.offsiteCredentials,
    ],
    ...[layout.closed, layout.paused, layout.locks, layout.proofFiles],
  ])
    assert.notEqual(outside("/tmp/room", path), path, path);
  assert.ok(Object.keys(places).length > 0);
});
