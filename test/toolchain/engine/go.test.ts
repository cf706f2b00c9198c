import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { findGo } from "../../../toolchain/engine/go.ts";
import { fakePath } from "./fake-path.ts";

const nowhere = "/nowhere/go";
const go = (version: string): string => fakePath({ go: `echo go${version}` });

test("a Go that is new enough is taken from PATH, else from its usual place", async () => {
  const fresh = go("1.25.11");
  assert.equal(await findGo({ PATH: fresh }, nowhere), join(fresh, "go"));
  assert.equal(await findGo({ PATH: go("1.19.8") }, join(fresh, "go")), join(fresh, "go"));
});

test("a Go is never allowed to fetch another one in its place", async () => {
  const switching = fakePath({ go: '[ "$GOTOOLCHAIN" = local ] && echo go1.24.4 || echo go1.26.0' });
  await assert.rejects(findGo({ PATH: switching, GOTOOLCHAIN: "auto" }, nowhere), /got 1\.24\.4/);
});

test("a Go that is too old is a sentence with the version found, the one needed and the way out", async () => {
  const old = go("1.24.4");
  await assert.rejects(findGo({ PATH: old }, nowhere), {
    message:
      "engine: Go 1.25.11 or later is needed to build Pulumi, which could not be downloaded; got 1.24.4 " +
      `(${old}/go). Install a newer Go, or put the official pulumi (3.258.0 or later) on PATH.`,
  });
});

test("no Go at all is said as such", async () => {
  await assert.rejects(findGo({ PATH: "/nowhere" }, nowhere), /got none\. Install a newer Go/);
});
