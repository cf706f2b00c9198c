import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const script = new URL("../../catalog/files/answers.sh", import.meta.url).pathname;

function run(...args: string[]): Promise<{ code: number | null; said: string }> {
  return ended(spawn("bash", [script, ...args]));
}

function ended(child: ChildProcessWithoutNullStreams): Promise<{ code: number | null; said: string }> {
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (piece: string) => (said += piece));
  return new Promise((done) => child.on("close", (code) => done({ code, said })));
}

async function healthOf(
  listener: RequestListener,
  path = "/health",
  look = run,
): Promise<{ code: number | null; said: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await look(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
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

/** Looks as in an image that has these programs alone, by their paths here. */
function lookWith(programs: Readonly<Record<string, string>>): typeof run {
  return async (...args) => {
    const bin = mkdtempSync(join(tmpdir(), "kaleem-image-"));
    try {
      for (const [name, path] of Object.entries(programs)) symlinkSync(path, join(bin, name));
      return await ended(spawn("/bin/sh", [script, ...args], { env: { PATH: bin } }));
    } finally {
      rmSync(bin, { recursive: true });
    }
  };
}

const sed = "/usr/bin/sed";

test("an image without bash is asked by what it has, with the same verdicts", async () => {
  const look = lookWith({ sed, node: process.execPath });
  assert.deepEqual(await healthOf((_request, response) => response.end("ready"), "/a?b=1", look), {
    code: 0,
    said: "",
  });
  const ill = await healthOf((_request, response) => response.writeHead(503).end(), "/", look);
  assert.deepEqual(ill, { code: 1, said: "health: HTTP 503\n" });
  const moved = await healthOf(
    (_request, response) => response.writeHead(301, { location: "/" }).end(),
    "/x",
    look,
  );
  assert.deepEqual(moved, { code: 1, said: "health: HTTP 301\n" });
  assert.equal((await look("http://127.0.0.1:1/")).said, "health: nothing listens on port 1\n");
});

test("where nothing but a listening port is wanted, a connection is enough", async () => {
  const listens = (look: typeof run) =>
    healthOf(
      (_request, response) => response.writeHead(500).end(),
      "",
      (address = "") => look(address.replace("http:", "tcp:")),
    );
  for (const look of [run, lookWith({ sed, node: process.execPath })]) {
    assert.deepEqual(await listens(look), { code: 0, said: "" });
    assert.deepEqual(await look("tcp://127.0.0.1:1"), {
      code: 1,
      said: "health: nothing listens on port 1\n",
    });
  }
});

test("an image with nothing to ask with is told what to do", async () => {
  const { code, said } = await lookWith({ sed })("http://127.0.0.1:1/");
  assert.equal(code, 1);
  assert.match(
    said,
    /^health: the image has nothing to ask with .*; give the application a health of kind command or none\n$/,
  );
});
