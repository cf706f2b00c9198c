import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, it } from "node:test";
import { makeXfs, type XfsFixture } from "./xfs-fixture.ts";

const [few, many] = [2_000, 40_000];
const copyModule = resolve(import.meta.dirname, "../../../recovery/point/reflink-copy.ts");

let xfs: XfsFixture;
before(() => {
  xfs = makeXfs(800);
});
after(() => xfs.remove());

/** Makes two points, in a process that may hold little; its greatest size in bytes. */
function peakOf(files: number, attempt: number): number {
  const folder = join(xfs.root, `${files}-${attempt}`);
  mkdirSync(join(folder, "live/data"), { recursive: true });
  for (let file = 0; file < files; file += 1)
    closeSync(openSync(join(folder, `live/data/a-name-of-usual-length-${file}`), "w"));
  const places = { from: join(folder, "live"), to: join(folder, "copy"), directories: ["data"], index: join(folder, "index") }; // prettier-ignore
  const script = `const { ReflinkCopy } = await import(${JSON.stringify(copyModule)});
    for (let point = 0; point < 2; point += 1) {
      const copy = new ReflinkCopy(${JSON.stringify(places)});
      await copy.firstPass(); await copy.secondPass();
      const { data } = await copy.finish();
      if (data.files !== ${files}) throw new Error("copied " + data.files);
    }
    console.log(process.resourceUsage().maxRSS);`;
  const limits = ["--max-old-space-size=32", "--max-semi-space-size=2"];
  const argv = [...limits, "--input-type=module", "--eval", script];
  return Number(execFileSync(process.execPath, argv, { encoding: "utf8" })) * 1024;
}

/** Of a process the greatest size is what its collector let it come to, more on a busy machine: what was needed shows in the least of three. */
it("copies forty thousand files in the memory that a few take", (test) => {
  const mib = (size: number): string => `${Math.round(size / 1024 / 1024)} MiB`;
  let bytes = Infinity;
  for (let attempt = 1; attempt <= 3 && bytes >= 400; attempt += 1) {
    const [least, most] = [peakOf(few, attempt), peakOf(many, attempt)];
    bytes = Math.min(bytes, (most - least) / (many - few));
    test.diagnostic(
      `${few} files: ${mib(least)}, ${many}: ${mib(most)}, ${Math.round(bytes)} bytes an entry`,
    );
  }
  assert.ok(bytes < 400, `${Math.round(bytes)} bytes an entry`);
});
