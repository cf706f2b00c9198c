import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { readImage } from "../../../operator/images/read-image.ts";
import { Registry } from "../../../recovery/images/registry.ts";

const digestOf = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;
const config = (architecture: string, more: object = {}, os = "linux"): string =>
  JSON.stringify({ architecture, os, config: more });
const descriptor = (text: string, platform?: object) => ({
  mediaType: "application/octet-stream",
  digest: digestOf(text),
  size: Buffer.byteLength(text),
  ...(platform && { platform }),
});
const manifestOf = (of: string): string => JSON.stringify({ config: descriptor(of), layers: [] });
const shop = {
  User: "1000:1000",
  Entrypoint: ["/shop"],
  Cmd: ["serve", "--fast"],
  ExposedPorts: { "8080/tcp": {}, "53/udp": {} },
};

let server: Server;
let registry: Registry;
/** Digest → content, for manifests and blobs alike. */
let held: Map<string, string>;
beforeEach(async () => {
  held = new Map();
  server = createServer((request, response) => {
    const text = held.get(request.url?.split("/").at(-1) ?? "");
    const basic = request.headers.authorization === "Basic YWRhOnB3";
    response.writeHead(!basic ? 403 : text === undefined ? 404 : 200).end(basic ? text : "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  registry = new Registry(host, { scheme: "http", credentials: "Basic YWRhOnB3" });
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

/** Puts texts there, and gives the digest of the last. */
function put(...texts: readonly string[]): string {
  for (const text of texts) held.set(digestOf(text), text);
  return digestOf(texts.at(-1) ?? "");
}

test("reads who an image runs as, what it starts, and where it listens", async () => {
  const of = config("arm64", shop);
  assert.deepEqual(await readImage(registry, "kaleem/shop", put(of, manifestOf(of))), {
    user: "1000:1000",
    entrypoint: ["/shop"],
    command: ["serve", "--fast"],
    architectures: ["arm64"],
    ports: [53, 8080],
  });
});

test("of a list it tells every machine for Linux, and reads the image for amd64", async () => {
  const [arm, amd] = [config("arm64"), config("amd64", shop)];
  const list = JSON.stringify({
    manifests: [
      descriptor(manifestOf(arm), { os: "linux", architecture: "arm64" }),
      descriptor(manifestOf(amd), { os: "linux", architecture: "amd64" }),
      descriptor("a signature", { os: "unknown", architecture: "unknown" }),
    ],
  });
  const { architectures, user } = await readImage(
    registry,
    "kaleem/shop",
    put(arm, manifestOf(arm), amd, manifestOf(amd), list),
  );
  assert.deepEqual([architectures, user], [["amd64", "arm64"], "1000:1000"]);
});

test("an image that says nothing runs as root, and starts nothing by itself", async () => {
  const of = JSON.stringify({ architecture: "amd64", os: "linux" });
  const { user, entrypoint, command, ports } = await readImage(registry, "s", put(of, manifestOf(of)));
  assert.deepEqual([user, entrypoint, command, ports], ["", [], [], []]);
});

test("what is for another system, or was removed, is refused in a sentence", async () => {
  const windows = JSON.stringify({
    manifests: [descriptor("w", { os: "windows", architecture: "amd64" })],
  });
  await assert.rejects(readImage(registry, "s", put(windows)), /is a list without an image for Linux$/);
  const alone = config("amd64", shop, "windows");
  await assert.rejects(
    readImage(registry, "s", put(alone, manifestOf(alone))),
    /no configuration of an image for Linux$/,
  );
  await assert.rejects(readImage(registry, "s", digestOf("gone")), /no longer has s, manifests\/sha256:/);
});
