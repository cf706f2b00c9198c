import assert from "node:assert/strict";
import { dirname } from "node:path";
import test from "node:test";
import { hostDirectories } from "../../../components/host/directories.ts";
import { madeUpApplication } from "../../catalog/made-up.ts";
import { catalog } from "../../../catalog/catalog.ts";

const directories = hostDirectories(catalog);

test("a store's directory belongs to the user that its container runs as, and to nobody else", () => {
  const live = directories.filter(({ path }) => path.startsWith("/srv/kaleem/live/"));
  const owners = Object.fromEntries(live.map(({ path, owner, mode }) => [path, `${owner} ${mode}`]));
  assert.equal(owners["/srv/kaleem/live/mongo"], "999:999 0700");
  assert.equal(owners["/srv/kaleem/live/minio"], "1000:1000 0700");
  assert.equal(owners["/srv/kaleem/live/qdrant"], "1000:1000 0700");
  assert.equal(owners["/srv/kaleem/live/qdrant-snapshots"], "1000:1000 0700");
  const declared = catalog.flatMap((each) => (each.kind === "stateful" ? Object.values(each.data) : []));
  assert.equal(live.length, declared.length);
});

test("an application's data belongs to its user, below the directory that points copy", () => {
  const kept = { ...madeUpApplication(), kind: "files", user: "1001:7", replicas: 1 } as const;
  const recovery = { objectives: { rpo: "15m", rto: "1h" } } as const;
  const found = hostDirectories([{ ...kept, recovery, data: { "/var/lib/shop": "application-shop" } }]);
  assert.deepEqual(
    found.find(({ path }) => path.endsWith("/application-shop")),
    { path: "/srv/kaleem/live/application-shop", owner: "1001:7", mode: "0700" },
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
