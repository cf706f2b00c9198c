import assert from "node:assert/strict";
import { test } from "node:test";
import { sourcesFor } from "../../../local/images/debian-mirrors.ts";
import { type DebianRootfs, mmdebstrapArguments } from "../../../local/images/debian-rootfs.ts";

const rootfs: DebianRootfs = {
  suite: "trixie",
  variant: "essential",
  packages: ["redis-server", "redis-tools"],
  version: { ofPackage: "redis-server" },
};
const make = (changes: Partial<DebianRootfs> = {}): readonly string[] =>
  mmdebstrapArguments({ ...rootfs, ...changes }, "/tmp/made", ["deb http://mirror.test/debian trixie main"]);

test("makes the suite from the machine's own mirrors", () => {
  assert.deepEqual(make().slice(-3), [
    "trixie",
    "/tmp/made/rootfs.tar",
    "deb http://mirror.test/debian trixie main",
  ]);
  assert.ok(make().includes("--include=redis-server,redis-tools"));
});

test("only forky may have a Release file past its date", () => {
  const option = '--aptopt=Acquire::Check-Valid-Until "false"';
  assert.ok(make({ suite: "forky" }).includes(option));
  assert.ok(!make().includes(option));
});

test("an extraction runs its hooks where mmdebstrap still gets to", () => {
  const hooks = (variant: DebianRootfs["variant"]): readonly string[] =>
    make({ variant }).filter((argument) => argument.includes("-hook="));
  assert.ok(hooks("extract").every((hook) => hook.startsWith("--extract-hook=")));
  assert.ok(hooks("apt").every((hook) => hook.startsWith("--customize-hook=")));
});

const targets = [
  "Debian Debian http://mirror.test/debian/",
  "Debian Debian-Security http://mirror.test/debian-security/",
  "Other Other http://elsewhere.test/",
].join("\n");

test("takes Debian's mirrors from apt's targets, security with them", () => {
  assert.deepEqual(sourcesFor("trixie", targets), [
    "deb http://mirror.test/debian/ trixie main",
    "deb http://mirror.test/debian/ trixie-updates main",
    "deb http://mirror.test/debian-security/ trixie-security main",
  ]);
  assert.deepEqual(sourcesFor("bookworm", targets), [
    "deb http://mirror.test/debian/ bookworm main",
    "deb http://mirror.test/debian/ bookworm-updates main",
    "deb http://mirror.test/debian-security/ bookworm-security main",
  ]);
  assert.deepEqual(sourcesFor("forky", targets), ["deb http://mirror.test/debian/ forky main"]);
});

test("leaves the choice to mmdebstrap where apt knows no Debian mirror", () => {
  assert.deepEqual(sourcesFor("trixie", "Ubuntu Ubuntu http://mirror.test/ubuntu/"), []);
});
