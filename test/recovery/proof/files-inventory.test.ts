import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { usualLimits } from "../../../catalog/inventory/inventory.ts";
import { measureFolder } from "../../../recovery/point/measure-folder.ts";
import { compareInventories } from "../../../recovery/proof/compare-inventories.ts";
import { filesInventory } from "../../../recovery/proof/files-inventory.ts";
import { proveFiles } from "../../../recovery/proof/prove-files.ts";

let root: string;
let folder: string;
const inside = "/var/lib/shop";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "kaleem-files-"));
  folder = join(root, "files", "application-shop");
  mkdirSync(join(folder, "uploads", "deep"), { recursive: true });
  writeFileSync(join(folder, "shop.sqlite"), "rows");
  writeFileSync(join(folder, "uploads", "a.png"), "picture");
  writeFileSync(join(folder, "uploads", "deep", "b.png"), "another");
  symlinkSync("/etc/shadow", join(folder, "uploads", "link"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const take = (request = usualLimits) => filesInventory("shop", [{ inside, folder }], request);

test("tells files folder by folder, by what they are, and follows no link", async () => {
  const { entries, coverage, store } = await take();
  assert.equal(store, "shop");
  assert.deepEqual(
    Object.entries(entries).map(([path, { kind, count, bytes }]) => `${path} ${kind} ${count} ${bytes}`),
    ["var/lib/shop files 1 4", "var/lib/shop/uploads files 3 14"],
  );
  // Of what the link points at, nothing is read.
  assert.deepEqual(coverage, { hashed: 4, of: 4, bytes: 18, sampled: false });
});

for (const [what, spoil] of [
  ["another content of the same length", () => writeFileSync(join(folder, "uploads", "a.png"), "PICTURE")],
  ["a file less", () => rmSync(join(folder, "uploads", "a.png"))],
  ["another mode", () => chmodSync(join(folder, "uploads", "a.png"), 0o600)],
] as const) {
  test(`finds ${what}, and says in which folder`, async () => {
    const before = await take();
    assert.deepEqual(compareInventories(before, await take({ ...usualLimits, like: before })).findings, []);
    spoil();
    const { findings } = compareInventories(before, await take({ ...usualLimits, like: before }));
    assert.equal(findings.length, 1);
    assert.match(findings[0]?.name ?? "", /uploads/);
  });
}

test("counts what is larger than the limit without reading it, and does not call that covered", async () => {
  const { entries, coverage, leftOut } = await take({ bytes: 5, ms: 60_000 });
  assert.equal(entries["var/lib/shop/uploads"]?.count, 3);
  assert.ok(coverage.sampled && coverage.hashed < coverage.of);
  assert.match(JSON.stringify(leftOut), /the content of 3 files/);
});

test("is proven by the manifest first: what differs from it is said, and no inventory is taken of it", async () => {
  const held = await measureFolder(folder);
  const folders = { "application-shop": { inside, folder } };
  const good = await proveFiles(
    { name: "shop", folders },
    { directories: { "application-shop": held } },
    undefined,
  );
  assert.ok("coverage" in good);
  writeFileSync(join(folder, "uploads", "a.png"), "short");
  const bad = await proveFiles(
    { name: "shop", folders },
    { directories: { "application-shop": held } },
    undefined,
  );
  assert.ok(!("coverage" in bad));
  assert.match(
    bad.join(" "),
    /^stores\.shop\.directories\.application-shop\.bytes: the manifest says \d+, the point holds \d+/,
  );
});
