import assert from "node:assert/strict";
import { dirname } from "node:path";
import test from "node:test";
import { hostDirectories } from "../../../components/host/directories.ts";
import { catalog } from "../../../components/services/catalog.ts";

const directories = hostDirectories(catalog);

test("a store's directory belongs to the user that its container runs as, and to nobody else", () => {
  assert.deepEqual(
    directories.filter(({ path }) => path.startsWith("/srv/kaleem/live/")),
    [
      { path: "/srv/kaleem/live/mongo", owner: "999:999", mode: "0700" },
      { path: "/srv/kaleem/live/redis", owner: "999:999", mode: "0700" },
      { path: "/srv/kaleem/live/rabbitmq", owner: "999:999", mode: "0700" },
      { path: "/srv/kaleem/live/minio", owner: "1000:1000", mode: "0700" },
    ],
  );
});

test("parents come before their children", () => {
  const seen = new Set<string>();
  for (const { path } of directories) {
    assert.ok(
      directories.every((other) => other.path !== dirname(path) || seen.has(other.path)),
      path,
    );
    seen.add(path);
  }
});

test("secrets lie where only root may look, and the edge's key where only the edge may too", () => {
  for (const path of ["/etc/kaleem/secrets", "/etc/kaleem/escrow", "/etc/kaleem/edge/tls"]) {
    assert.equal(directories.find((each) => each.path === path)?.mode, "0700");
  }
});
