import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { pinnedVersion } from "../../../toolchain/engine/engine.ts";
import { downloadOfficialEngine, findOfficialEngine } from "../../../toolchain/engine/official-engine.ts";
import { fakePath } from "./fake-path.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-official-"));
let run = 0;
beforeEach(() => {
  run += 1;
  process.env["KALEEM_CACHE"] = join(folder, `cache-${String(run)}`);
});

const architecture = process.arch === "x64" ? "x64" : "arm64";
const archiveName = `pulumi-v${pinnedVersion}-linux-${architecture}.tar.gz`;
mkdirSync(join(folder, "pulumi"));
writeFileSync(join(folder, "pulumi", "pulumi"), "the command");
execFileSync("tar", ["-czf", join(folder, archiveName), "-C", folder, "pulumi"]);
const archive = readFileSync(join(folder, archiveName));
const goodSum = createHash("sha256").update(archive).digest("hex");

/** Serves a release whose published checksum is `sum`, and counts the requests. */
let sum = goodSum;
let requests = 0;
const server: Server = createServer((request, response) => {
  requests += 1;
  if (request.url === `/sdk/pulumi-${pinnedVersion}-checksums.txt`) {
    response.end(`${"0".repeat(64)}  pulumi-v${pinnedVersion}-darwin-arm64.tar.gz\n${sum}  ${archiveName}\n`);
  } else if (request.url === `/sdk/${archiveName}`) response.end(archive);
  else response.writeHead(404).end();
});
await new Promise<void>((resolve) => {
  server.listen(0, "127.0.0.1", resolve);
});
const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
after(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

const notes: string[] = [];
const download = (
  from: string,
  environment: NodeJS.ProcessEnv = {},
): ReturnType<typeof downloadOfficialEngine> => {
  notes.length = 0;
  requests = 0;
  return downloadOfficialEngine(
    () => undefined,
    (text) => notes.push(text),
    environment,
    from,
  );
};

test("an official pulumi on PATH is used when it is new enough", async () => {
  const path = fakePath({ pulumi: "echo v3.270.1" });
  const said: string[] = [];
  const found = await findOfficialEngine((text) => said.push(text), { PATH: path });
  assert.deepEqual(said, []);
  assert.deepEqual(found, { pulumi: join(path, "pulumi"), version: "3.270.1" });
});

test("an official pulumi that is too old is passed over, and that is said", async () => {
  const path = fakePath({ pulumi: "echo v3.100.0" });
  const said: string[] = [];
  assert.equal(await findOfficialEngine((text) => said.push(text), { PATH: path }), undefined);
  assert.deepEqual(said, [`${path}/pulumi is 3.100.0; 3.258.0 or later is needed, so it is not used`]);
});

test("the pinned release is downloaded once and checked against its published checksum", async () => {
  sum = goodSum;
  const first = await download(`${origin}/sdk`);
  assert.equal(readFileSync(first?.pulumi ?? "", "utf8"), "the command");
  assert.equal(requests, 2);
  assert.deepEqual(await download(`${origin}/sdk`, { KALEEM_OFFLINE: "1" }), first);
  assert.equal(requests, 0);
});

test("a download with another checksum than published is refused, and nothing of it is kept", async () => {
  sum = "1".repeat(64);
  assert.equal(await download(`${origin}/sdk`), undefined);
  assert.match(
    notes.join(),
    new RegExp(`has the checksum ${goodSum}, but 1{64} is published; it is not used`),
  );
  sum = goodSum;
  rmSync(join(process.env["KALEEM_CACHE"] ?? "", "memo"), { recursive: true });
  assert.notEqual(await download(`${origin}/sdk`), undefined);
});

test("a release that cannot be had is not asked for again the same day", async () => {
  assert.equal(await download(`${origin}/gone`), undefined);
  assert.match(
    notes.join(),
    /cannot be downloaded \(http:.*checksums\.txt answered 404\); not tried again for a day/,
  );
  assert.equal(await download(`${origin}/gone`), undefined);
  assert.deepEqual([requests, notes], [0, []]);
});

test("nothing is asked of the network where KALEEM_OFFLINE forbids it", async () => {
  assert.equal(await download(`${origin}/sdk`, { KALEEM_OFFLINE: "1" }), undefined);
  assert.equal(requests, 0);
});
