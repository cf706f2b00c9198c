import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { upstreamDigest } from "../../../operator/images/upstream-digest.ts";

const digest = `sha256:${"a".repeat(64)}`;
const token = "a-token";

/** A registry that answers as Docker Hub does: only with the token that its own service gives for this repository. */
let server: Server;
let host: string;
let seen: string[];
beforeEach(async () => {
  seen = [];
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? "";
  seen.push(`${request.method} ${url} ${request.headers.authorization ?? "-"}`);
  if (url.startsWith("/token")) {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ token }));
  } else if (request.headers.authorization !== `Bearer ${token}`) {
    const challenge = `Bearer realm="http://${host}/token",service="hub",scope="repository:library/redis:pull"`;
    response.writeHead(401, { "www-authenticate": challenge }).end();
  } else if (url.endsWith("/manifests/8.0"))
    response.writeHead(200, { "docker-content-digest": digest }).end();
  else if (url.endsWith("/manifests/private")) response.writeHead(403).end();
  else if (url.endsWith("/manifests/odd")) response.writeHead(200).end();
  else response.writeHead(404).end();
}

const look = (tag: string, credentials: string | null = null): Promise<string> =>
  upstreamDigest({ host, repository: "library/redis", tag }, { credentials, scheme: "http" });

test("gets the token that the registry asks for, and the digest with it", async () => {
  assert.equal(await look("8.0"), digest);
  assert.deepEqual(seen, [
    "HEAD /v2/library/redis/manifests/8.0 -",
    "GET /token?service=hub&scope=repository%3Alibrary%2Fredis%3Apull -",
    `HEAD /v2/library/redis/manifests/8.0 Bearer ${token}`,
  ]);
});

test("shows the registry's account to its token service", async () => {
  await look("8.0", "Basic YWRhOnB3");
  assert.match(seen[1] ?? "", /^GET \/token\S+ Basic YWRhOnB3$/);
});

test("says which image is not there, or not for us, or answered for by something else", async () => {
  await assert.rejects(look("9"), { message: `${host} has no library/redis:9: correct its ref` });
  await assert.rejects(look("private"), {
    message: `${host} refuses library/redis:private (403): docker login ${host}, then try again`,
  });
  await assert.rejects(look("odd"), {
    message: `http://${host}/v2/library/redis/manifests/odd: expected an image's digest, got status 200: try again later`,
  });
});

test("says that the registry does not answer", async () => {
  await assert.rejects(
    upstreamDigest({ host: "127.0.0.1:9", repository: "a", tag: "1" }, { credentials: null, scheme: "http" }),
    { message: "127.0.0.1:9 does not answer: is this machine online?" },
  );
});
