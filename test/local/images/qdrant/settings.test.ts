import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { loadSettings } from "../../../../local/images/qdrant/server/settings.ts";
import { withDirectory } from "./loopback.ts";
import { qdrant } from "../../../../catalog/qdrant/qdrant.ts";

test("takes the keys from a file and the definition's environment over it", async () => {
  await withDirectory(async (directory) => {
    const file = join(directory, "qdrant.yaml");
    await writeFile(file, 'service:\n  api_key: "0123"\n  alt_api_key: "4567"\n  http_port: 1\n');
    const settings = loadSettings(["--config-path", file], {
      ...qdrant.env,
      QDRANT__SERVICE__HTTP_PORT: "2",
    });
    assert.deepEqual([settings.service.api_key, settings.service.alt_api_key], ["0123", "4567"]);
    assert.equal(settings.service.http_port, 2);
    assert.equal(settings.service.metrics_port, qdrant.ports["metrics"]);
    assert.equal(settings.storage.storage_path, "/qdrant/storage");
  });
});

test("has Qdrant's defaults, and refuses a setting that it would ignore", () => {
  assert.equal(loadSettings([], {}).service.http_port, 6333);
  assert.throws(
    () => loadSettings([], { QDRANT__CLUSTER__ENABLED: "true" }),
    /^Error: settings: : Unrecognized key: "cluster"$/,
  );
});
