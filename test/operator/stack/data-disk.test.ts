import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { dataDiskOf } from "../../../operator/stack/data-disk.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-disk-"));
after(() => {
  rmSync(folder, { recursive: true });
});

for (const [settings, disk] of [
  ["kaleem:dataVolume: { kind: loop, sizeGiB: 2 }", "shared"],
  ["kaleem:dataVolume: { kind: device, device: /dev/sdb }", "own"],
  ["kaleem:dataVolume: { kind: cloud }", null],
  ["kaleem:dataVolume: loop", null],
  ["kaleem:closed: false", null],
] as const)
  test(`live data are ${disk ?? "nowhere known"} by: ${settings}`, async () => {
    const stackFile = join(folder, "Pulumi.prod.yaml");
    writeFileSync(stackFile, `config:\n  ${settings}\n`);
    assert.equal(await dataDiskOf({ stackFile, committedFile: "Pulumi.prod.yaml" }), disk);
  });
