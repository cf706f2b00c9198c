import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { LocalFiles } from "../../../recovery/agent/restore/restore-files.ts";
import { isText, nameFromText } from "../../../recovery/point/byte-name.ts";
import { longestPath } from "../../../recovery/point/apply-changes.ts";
import { ReflinkCopy } from "../../../recovery/point/reflink-copy.ts";
import { Restic } from "../../../recovery/restic/restic.ts";
import { makeXfs, type XfsFixture } from "./xfs-fixture.ts";

let xfs: XfsFixture;
before(() => {
  xfs = makeXfs();
});
after(() => xfs.remove());

const at = (...parts: readonly string[]): string => join(xfs.root, ...parts);
const bytes = (path: string, name: string): Buffer => Buffer.from(`${path}/${name}`, "latin1");

/** Names as containers may give them, as byte strings. */
const names = [
  "caf\u00e9", "\u00ff\u00fe\u0080", "a\nb", "tab\tand space ", "-rf", "--", "'single' \"double\" \\", "$(touch x)`y`",
  "*?[a]", "%41", "\u0001\u001b[31m", Buffer.from("طلبات ٣").toString("latin1"), Buffer.from("\u202e\u0301").toString("latin1"),
  "...", " ", "~", "#;!", "n".repeat(255), "\u00e9".repeat(255),
]; // prettier-ignore

/** Everything that matters of a tree, by other means than the code under test. */
function fingerprint(root: string): string {
  const script = 'find . -printf "%y %m %U %G %T@ %s %n %l %p\\0" | sed -z "s/\\(\\.[0-9]\\{3\\}\\)[0-9]\\{7\\}/\\1/;s/^d \\([^ ]* [^ ]* [^ ]* [^ ]*\\) [0-9]* [0-9]*/d \\1/" | LC_ALL=C sort -z; find . -type f -exec sha256sum {} + | LC_ALL=C sort'; // prettier-ignore
  return execFileSync("sh", ["-c", script], {
    cwd: root,
    encoding: "latin1",
    env: { ...process.env, LC_ALL: "C" },
  });
}

function makeTree(): void {
  const data = at("live/data");
  mkdirSync(data, { recursive: true });
  for (const name of names) {
    writeFileSync(bytes(data, `f${name}`.slice(0, 255)), name, "latin1");
    mkdirSync(bytes(data, name));
    writeFileSync(bytes(data, `${name}/${name}`), name, "latin1");
    const target = isText(name) ? `../${name}/ nowhere` : "nowhere";
    symlinkSync(Buffer.from(target, "latin1"), bytes(data, `l${name}`.slice(0, 255)));
  }
  linkSync(bytes(data, `f${names[0] ?? ""}`), at("live/data/hard"));
  writeFileSync(at("live/data/sparse"), "");
  truncateSync(at("live/data/sparse"), 8 * 1024 * 1024);
  writeFileSync(at("live/data/old"), "old");
  utimesSync(at("live/data/old"), -1.25, -1.25);
  execFileSync("sh", ["-c", "chown 999:998 old && chmod 6751 old && chmod 1777 ."], { cwd: data });
  // As long as a path may be: folders of 250 bytes, then what is left.
  let path = "data";
  while (path.length + 251 < longestPath) path += `/${"d".repeat(250)}`;
  execFileSync("sh", ["-c", 'IFS=/; for name in $1; do mkdir -p "$name" && cd -P "$name"; done; printf deep >"$2"', "sh", path, "x".repeat(longestPath - path.length - 1)], { cwd: at("live") }); // prettier-ignore
}

it("restores whatever a point can hold, byte for byte, as its digest says", async () => {
  makeTree();
  const places = { from: at("live"), to: at("point/files"), directories: ["data"], index: at("index") };
  const copy = new ReflinkCopy(places);
  await copy.firstPass();
  await copy.secondPass();
  const { data } = await copy.finish();
  assert.ok(data);
  assert.equal(fingerprint(at("point/files/data")), fingerprint(at("live/data")));
  for (const name of Object.keys(data.digest.folders).filter((folder) => folder !== "."))
    assert.ok(statSync(bytes(at("live/data"), nameFromText(name))).isDirectory(), name);

  writeFileSync(at("password"), "test-password");
  const restic = new Restic({ url: at("repository"), passwordFile: at("password") }, null, at("cache"));
  await restic.init();
  const { snapshot } = await restic.backup(at("point"), "host", ["test"]);
  await restic.restore(snapshot, at("s"));
  const restored = join(at("s"), at("point/files/data"));
  assert.deepEqual(fingerprint(restored).split("\0"), fingerprint(at("live/data")).split("\0"));
  const { leftOut, ...held } = data;
  assert.deepEqual(leftOut, []);
  assert.deepEqual(await new LocalFiles().measure(restored), held);
});
