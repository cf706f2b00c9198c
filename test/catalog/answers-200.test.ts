import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";

const script = new URL("../../catalog/files/answers-200.sh", import.meta.url).pathname;

function run(...args: string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn("bash", [script, ...args]);
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (piece: string) => (said += piece));
  return new Promise((done) => child.on("close", (code) => done({ code, said })));
}

async function healthOf(
  listener: RequestListener,
  path = "/health",
): Promise<{ code: number | null; said: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("200 is healthy, whatever comes with it, and nothing is said", async () => {
  const asked: string[] = [];
  const well = await healthOf((request, response) => {
    asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
    response.end("ready\n".repeat(1_000));
  }, "/api/health?deep=1");
  assert.deepEqual([well, asked], [{ code: 0, said: "" }, ["GET /api/health?deep=1"]]);
});

test("any other answer is not, and its first words are told", async () => {
  const ill = await healthOf((_request, response) => {
    response.writeHead(503).end('{"status":"unavailable","stores":{"mongo":"cannot be reached"}}');
  });
  assert.deepEqual(ill, {
    code: 1,
    said: 'health: HTTP/1.1 503 Service Unavailable {"status":"unavailable","stores":{"mongo":"cannot be reached"}}\n',
  });
  const long = await healthOf((_request, response) => response.writeHead(500).end("x".repeat(10_000)));
  assert.match(long.said, /^health: HTTP\/1\.1 500 Internal Server Error x{300}\n$/);
  const moved = await healthOf((_request, response) => response.writeHead(302, { location: "/200 " }).end());
  assert.deepEqual(moved, { code: 1, said: "health: HTTP/1.1 302 Found \n" });
});

test("who hangs or is not there is not", async () => {
  const silent = await healthOf(() => undefined);
  assert.equal(silent.code, 1);
  assert.match(silent.said, /^health: no answer from port \d+ within 3 s\n$/);
  assert.deepEqual(await run("http://127.0.0.1:1/health"), {
    code: 1,
    said: "health: nothing listens on port 1\n",
  });
});

test("what is no address is said to be none", async () => {
  for (const wrong of ["127.0.0.1:3000", "http://127.0.0.1/health", "https://127.0.0.1:3000/"])
    assert.deepEqual(await run(wrong), {
      code: 1,
      said: `health: expected an address such as http://127.0.0.1:3000/health, got ${wrong}\n`,
    });
});
