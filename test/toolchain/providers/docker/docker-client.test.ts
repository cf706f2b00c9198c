import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { DockerClient } from "../../../../toolchain/providers/docker/api/docker-client.ts";
import { parseDockerHost } from "../../../../toolchain/providers/docker/api/docker-host.ts";

let folder: string;
let server: Server;
let path: string | undefined;
const answers = new Map<string, readonly [number, string]>();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "kaleem-docker-client-"));
  path = process.env["PATH"];
  answers.clear();
  server = createServer((request, response) => {
    const [status, body] = answers.get(`${request.method ?? ""} ${request.url ?? ""}`) ?? [200, ""];
    if (status === 0) return; // Never answers.
    response.writeHead(status);
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(join(folder, "d.sock"), resolve));
});

afterEach(() => {
  process.env["PATH"] = path;
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const overSocket = (): DockerClient => new DockerClient(parseDockerHost(`unix://${folder}/d.sock`, []));

/** A client whose `ssh` is this shell script. */
function overSsh(script: string): DockerClient {
  writeFileSync(join(folder, "ssh"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "ssh"), 0o755);
  process.env["PATH"] = `${folder}${delimiter}${path ?? ""}`;
  return new DockerClient(parseDockerHost("ssh://root@host:22", []));
}

test("answers Docker's JSON, and nothing for an empty body", async () => {
  answers.set("GET /a", [200, '{"ID":"x"}']);
  assert.deepEqual(await overSocket().json({ method: "GET", path: "/a" }), { ID: "x" });
  assert.equal(await overSocket().json({ method: "DELETE", path: "/b" }), undefined);
});

test("throws Docker's own words", async () => {
  answers.set("GET /a", [404, '{"message":"service x not found"}']);
  answers.set("GET /b", [502, "bad gateway"]);
  await assert.rejects(overSocket().json({ method: "GET", path: "/a" }), {
    message: "Error response from daemon: service x not found",
    status: 404,
  });
  await assert.rejects(overSocket().json({ method: "GET", path: "/b" }), {
    message: "Error response from daemon: bad gateway",
  });
});

test("does not wait for ever", async () => {
  answers.set("GET /a?x=1", [0, ""]);
  const call = { method: "GET", path: "/a?x=1", timeoutMilliseconds: 50 } as const;
  await assert.rejects(overSocket().json(call), /^Error: Docker did not answer GET \/a in time$/);
});

test("stops with the reason of who stops it", async () => {
  answers.set("GET /a", [0, ""]);
  const stop = new AbortController();
  const calling = overSocket().json({ method: "GET", path: "/a", signal: stop.signal });
  stop.abort(new Error("cancelled by the engine"));
  await assert.rejects(calling, /cancelled by the engine/);
});

test("speaks through ssh, and uses a connection again", async () => {
  answers.set("GET /a", [200, `"${"x".repeat(300_000)}"`]);
  const log = join(folder, "calls");
  const bridge = `${process.execPath} -e 'const s=require("net").connect("${folder}/d.sock");process.stdin.pipe(s).pipe(process.stdout)'`;
  const client = overSsh(`echo "$@" >> ${log}\nexec ${bridge}`);
  for (let round = 0; round < 3; round++) {
    assert.equal(String(await client.json({ method: "GET", path: "/a" })).length, 300_000);
  }
  assert.equal(
    readFileSync(log, "utf8"),
    "-l root -p 22 -o ConnectTimeout=30 -T -- host docker system dial-stdio\n",
  );
  server.closeAllConnections();
});

test("says what ssh said when it fails", async () => {
  const client = overSsh("echo 'Host key verification failed.' >&2\nexit 255");
  await assert.rejects(
    client.json({ method: "GET", path: "/a" }),
    /^Error: cannot reach Docker at ssh:\/\/root@host:22: ssh ended with exit status 255: Host key verification failed\.$/,
  );
});

test("says that there is no ssh", async () => {
  const client = overSsh("exit 0");
  process.env["PATH"] = join(folder, "nowhere");
  await assert.rejects(client.json({ method: "GET", path: "/a" }), /cannot run ssh: spawn ssh ENOENT/);
});
