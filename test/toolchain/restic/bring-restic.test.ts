import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { bringRestic, resticVersion, type ResticOptions } from "../../../toolchain/restic/bring-restic.ts";
import { fakePath } from "../engine/fake-path.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-bring-"));
let run = 0;
beforeEach(() => {
  run += 1;
  process.env["KALEEM_CACHE"] = join(folder, `cache-${String(run)}`);
});

const official = "#!/bin/sh\necho restic 0.18.1\n";
const digest = (content: string | Buffer) => createHash("sha256").update(content).digest("hex");
writeFileSync(join(folder, "restic"), official);
execFileSync("bzip2", [join(folder, "restic")]);
const archive = readFileSync(join(folder, "restic.bz2"));

/** Serves one release, and counts the requests. */
let requests = 0;
const server = createServer((request, response) => {
  requests += 1;
  if (request.url === `/v/restic_${resticVersion}_linux_arm64.bz2`) response.end(archive);
  else response.writeHead(404).end();
});
await new Promise<void>((resolve) => {
  server.listen(0, "127.0.0.1", resolve);
});
const from = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v`;
after(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

const published = { "linux-amd64": "0".repeat(64), "linux-arm64": digest(archive) };
const noGo = { PATH: "/nowhere" };
/** A Go that tells what it was asked for in what it makes. */
const go = (): NodeJS.ProcessEnv => ({
  PATH: [
    fakePath({
      go: `if [ "$1" = env ]; then echo go1.26.0; exit; fi
echo built >> '${folder}/builds'
while [ $# -gt 1 ]; do [ "$1" = -o ] && output=$2; shift; done
echo "$GOOS $GOARCH $CGO_ENABLED $GOTOOLCHAIN $1" > "$output"`,
    }),
    process.env["PATH"] ?? "",
  ].join(delimiter),
});

const notes: string[] = [];
const options = (environment: NodeJS.ProcessEnv, more: ResticOptions = {}): ResticOptions => {
  notes.length = 0;
  requests = 0;
  return { environment, from, published, note: (text) => notes.push(text), ...more };
};

test("the official release is downloaded once, checked against its pinned SHA-256, and can be run", async () => {
  const got = await bringRestic("linux-arm64", options(noGo));
  assert.equal(got.source, "official");
  assert.equal(readFileSync(got.file, "utf8"), official);
  assert.equal(got.sha256, digest(official));
  assert.equal(statSync(got.file).mode & 0o777, 0o755);
  assert.equal(requests, 1);
  assert.deepEqual(await bringRestic("linux-arm64", options(noGo, { from: "http://127.0.0.1:1" })), got);
  assert.deepEqual(notes, []);
});

test("a release with other bytes than the pinned ones is not used, and is built instead", async () => {
  const wrong = { ...published, "linux-arm64": "0".repeat(64) };
  const got = await bringRestic("linux-arm64", options(go(), { published: wrong }));
  assert.equal(got.source, "built");
  assert.match(notes[0] ?? "", /has the checksum [0-9a-f]{64}, but 0{64} is published; it is not used/);
});

test("where downloads are refused it is built for the host, not for this computer; asked once a day, and built once", async () => {
  const got = await bringRestic("linux-arm64", options(go(), { from: "http://127.0.0.1:1" }));
  assert.equal(readFileSync(got.file, "utf8"), "linux arm64 0 local github.com/restic/restic/cmd/restic\n");
  assert.match(notes[0] ?? "", /^the official restic 0\.18\.1 cannot be downloaded/);
  assert.match(notes[1] ?? "", /^restic 0\.18\.1 for linux-arm64 is built from its Go modules/);
  const other = await bringRestic("linux-amd64", options(go()));
  assert.match(readFileSync(other.file, "utf8"), /^linux amd64/);
  assert.equal(requests, 0, "not asked again");
  rmSync(join(folder, "builds"));
  assert.deepEqual(await bringRestic("linux-arm64", options(go())), got, "the same bytes for every host");
  assert.ok(!existsSync(join(folder, "builds")), "and not built again");
});

test("KALEEM_OFFLINE forbids the download alone", async () => {
  const got = await bringRestic("linux-arm64", options({ ...go(), KALEEM_OFFLINE: "1" }));
  assert.equal(got.source, "built");
  assert.equal(requests, 0);
});

test("without download and Go it is a sentence with what is needed", async () => {
  const old = { PATH: fakePath({ go: "echo go1.19.8" }), KALEEM_OFFLINE: "1" };
  await assert.rejects(
    bringRestic("linux-amd64", options(old, { usualGo: "/nowhere/go" })),
    (error: Error) => {
      assert.match(
        error.message,
        /^restic: Go 1\.25\.11 or later is needed to build restic 0\.18\.1, which could not be downloaded; got 1\.19\.8 .*Install a newer Go, or run this where github\.com can be reached\.$/,
      );
      return true;
    },
  );
});

test("a build that fails ends in the compiler's last words and what to do", async () => {
  const broken = fakePath({
    go: `[ "$1" = env ] && echo go1.26.0 && exit; echo "go: downloading x" >&2; echo "dial tcp: refused" >&2; exit 1`,
  });
  await assert.rejects(
    bringRestic("linux-amd64", options({ PATH: broken, KALEEM_OFFLINE: "1" })),
    /restic: 0\.18\.1 could not be built from .*:\ndial tcp: refused\nRun this where github\.com or a Go module proxy/,
  );
});
