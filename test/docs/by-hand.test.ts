import assert from "node:assert/strict";
import { test } from "node:test";
import { dumpTags, partTag } from "../../recovery/dumps/dump-tags.ts";
import { byHandLines, dumpedFiles } from "./support/by-hand.ts";
import { textOf } from "./support/sources.ts";

const lines = byHandLines(textOf("docs/runbooks/by-hand.md"));

test("the page has, for everything that is dumped, the lines that bring it out and hold it against its manifest", () => {
  for (const { source, file } of dumpedFiles())
    for (const line of [
      `restic dump --no-lock --tag dump-of:${source},dump-part:data latest /${file} > ${file}`,
      `restic dump --no-lock --tag dump-of:${source},dump-part:manifest latest /${source}.manifest.json > ${source}.manifest.json`,
      `sha256sum ${file}`,
      `grep -o '"sha256":"[0-9a-f]*"' ${source}.manifest.json`,
    ])
      assert.ok(lines.includes(line), `docs/runbooks/by-hand.md: missing: ${line}`);
});

test("it brings out nothing that is not dumped", () => {
  const known = dumpedFiles().map(({ source }) => source);
  const named = lines.flatMap((line) =>
    [...line.matchAll(/dump-of:([a-z0-9-]+)/g)].map(([, source]) => source),
  );
  assert.deepEqual(
    named.filter((source) => !known.includes(source ?? "")),
    [],
  );
});

test("its tags are those that dumps have", () => {
  const tags = dumpTags({ id: "i", lineage: "l", source: "redis", instant: "t" }, "data");
  assert.ok(tags.includes("dump-of:redis") && tags.includes("dump-part:data"));
  assert.equal(partTag("manifest"), "dump-part:manifest");
});
