import assert from "node:assert/strict";
import test from "node:test";
import { containerSpec } from "../../../components/services/container-spec.ts";
import { madeUpApplication, madeUpStore } from "../../catalog/made-up.ts";

const image = `shop@sha256:${"a".repeat(64)}`;

test("a container may change nothing of its image and has no right of root's, unless its definition says so", () => {
  const spec = containerSpec({ definition: madeUpApplication(), image });
  assert.equal(spec.readOnly, true);
  assert.deepEqual(spec.capDrops, ["ALL"]);
  assert.ok(!("capAdds" in spec) && !("mounts" in spec));
});

test("listed capabilities are kept, in an order that does not depend on the definition's", () => {
  const spec = containerSpec({ definition: madeUpApplication({ capabilities: ["SETUID", "CHOWN"] }), image });
  assert.deepEqual([spec.capDrops, spec.capAdds], [["ALL"], ["CHOWN", "SETUID"]]);
});

test("a root that has to be writable is so for the reason that its definition gives, and keeps no capability for it", () => {
  const spec = containerSpec({ definition: madeUpApplication({ writableRoot: "it patches itself" }), image });
  assert.equal(spec.readOnly, false);
  assert.deepEqual(spec.capDrops, ["ALL"]);
});

test("scratch is memory of the given size; data and the host's directories are mounted as before", () => {
  const definition = madeUpStore({ scratch: { "/tmp": "64MiB" } });
  const { mounts } = containerSpec({ definition, image, binds: { "/etc/x": "/etc/y" } });
  assert.deepEqual(mounts, [
    { type: "bind", source: "/srv/kaleem/live/store", target: "/data" },
    { type: "bind", source: "/etc/x", target: "/etc/y", readOnly: true },
    { type: "tmpfs", target: "/tmp", tmpfsOptions: { sizeBytes: 67_108_864 } },
  ]);
});
