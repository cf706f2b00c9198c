import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { buildEngine } from "../../../toolchain/engine/build-engine.ts";
import { fakePath } from "./fake-path.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-engine-"));
process.env["KALEEM_CACHE"] = folder;
after(() => {
  rmSync(folder, { recursive: true });
});

test("no Pulumi, and no network to build it from: a sentence with the Go modules' own words and the way out, and nothing half-made is kept", async () => {
  const go = fakePath({
    go: `case "$1" in
env) echo go1.26.0 ;;
*) echo 'go: downloading github.com/pulumi/pulumi v3' >&2
   echo 'go: github.com/pulumi/pulumi: Get "https://proxy.golang.org/x": dial tcp: lookup proxy.golang.org: no such host' >&2
   exit 1 ;;
esac`,
  });
  await assert.rejects(
    buildEngine(() => undefined, { PATH: `${go}:/usr/bin:/bin` }),
    (error: Error) => {
      assert.match(
        error.message,
        /^engine: pulumi(-\S+)? could not be built from \S+:\ngo: github\.com\/pulumi\/pulumi: .*no such host\nIf the Go module proxy is out of reach, put the official pulumi on PATH instead\.$/,
      );
      return true;
    },
  );
  const kept = join(folder, "engine");
  assert.deepEqual(existsSync(kept) ? readdirSync(kept) : [], []);
});
