import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { hostRestic, resticProgram } from "../../../recovery/restic/restic-program.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-restic-"));
after(() => {
  rmSync(folder, { recursive: true });
});

const says = (text: string) => {
  const asked: (readonly string[])[] = [];
  const run = (argv: readonly string[]) => {
    asked.push(argv);
    return Promise.resolve(text);
  };
  return { run, asked };
};

test("the one that was brought along is run where there is one, else the distribution's", () => {
  const brought = join(folder, "restic");
  assert.equal(resticProgram(brought), "restic");
  writeFileSync(brought, "");
  assert.equal(resticProgram(brought), brought);
});

test("what runs is told with its version and where it is from", async () => {
  const debian = says("restic 0.18.0 compiled with go1.24.4 on linux/amd64\n");
  assert.deepEqual(await hostRestic(debian, join(folder, "none")), { version: "0.18.0", from: "distribution" });
  const ours = says("restic 0.18.1 compiled with go1.26.8 on linux/amd64\n");
  const brought = join(folder, "brought");
  writeFileSync(brought, "");
  assert.deepEqual(await hostRestic(ours, brought), { version: "0.18.1", from: "brought along" });
  assert.deepEqual([debian.asked, ours.asked], [[["restic", "version"]], [[brought, "version"]]]);
  await assert.rejects(hostRestic(says("who?\n"), brought), {
    message: `${brought} version: expected its version, got who?`,
  });
});
