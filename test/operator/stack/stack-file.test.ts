import assert from "node:assert/strict";
import { test } from "node:test";
import {
  composeStackFile,
  parseStackFile,
  renderStackFile,
  secretsIn,
} from "../../../operator/stack/stack-file.ts";

const committed = {
  config: { "kaleem:edge": { serverName: "localhost" }, "kaleem:backups": { pointEvery: "5m" } },
};
const existing = {
  encryptionsalt: "v1:abc",
  config: {
    "kaleem:redis-password": { secure: "v1:x" },
    "kaleem:edge": { serverName: "stale" },
    "kaleem:gone": 1,
  },
};

test("keeps secrets and salt, drops what the committed file no longer says", () => {
  const file = composeStackFile(committed, existing, { closed: true });
  assert.equal(file.encryptionsalt, "v1:abc");
  assert.deepEqual(file.config, {
    "kaleem:backups": { pointEvery: "5m" },
    "kaleem:edge": { serverName: "localhost" },
    "kaleem:closed": true,
    "kaleem:redis-password": { secure: "v1:x" },
  });
});

test("what was found out wins over the committed file, key by key", () => {
  const base = { config: { "kaleem:backups": { pointEvery: "5m", pauseLimit: "2s" } } };
  const file = composeStackFile(base, null, { backups: { pointEvery: "20s" } });
  assert.deepEqual(file.config?.["kaleem:backups"], { pointEvery: "20s", pauseLimit: "2s" });
});

test("reads back what it rendered, the same text each time", () => {
  const file = composeStackFile(committed, existing, {});
  const text = renderStackFile(file);
  assert.deepEqual(parseStackFile(text, "x"), file);
  assert.equal(renderStackFile(parseStackFile(text, "x")), text);
  assert.deepEqual([...secretsIn(file)], ["redis-password"]);
});

test("what the engine wrote its own way composes to the text of the next up", () => {
  const found = { closed: false };
  const secret = { secure: "v1:y" };
  const first = {
    config: { "kaleem:redis-password": secret, "kaleem:closed": "false" },
    encryptionsalt: "v1:abc",
  };
  const text = renderStackFile(composeStackFile(committed, first, found));
  assert.match(text, /^ {2}kaleem:closed: false$/m);
  assert.equal(renderStackFile(composeStackFile(committed, parseStackFile(text, "x"), found)), text);
});

test("a file that is no stack file is refused by name", () => {
  assert.throws(
    () => parseStackFile("config: 7", "Pulumi.x.yaml"),
    /^ConfigError: Pulumi.x.yaml: config: expected keys with values, got something else$/,
  );
});

test("writes no text that a reader could take for something else, and reads each back", () => {
  const texts = [
    "0022",
    "0x16",
    "1_000",
    "yes",
    "Off",
    "22:30",
    "2026-11-30",
    "~",
    "null",
    "",
    ".inf",
    "1e400",
    "true",
    "22",
    "a: b",
    "#a",
  ];
  const file = { config: { "kaleem:a": { texts } } };
  assert.deepEqual(parseStackFile(renderStackFile(file), "x"), file);
});

test("one value in two places is written twice, since readers take references differently", () => {
  const shared = { memory: "1GiB" };
  const file = { config: { "kaleem:a": { x: shared, y: shared } } };
  assert.deepEqual(parseStackFile(renderStackFile(file), "x"), file);
});

test("texts with signs that mean something to YAML come back as they were, from the program's writing and from the engine's", () => {
  const url = "mongodb://{mongo.host}:{mongo.port}/kaleem?replicaSet=rs0&retryWrites=false";
  const config = { "kaleem:applications": { api: { env: { MONGO_URL: url, ODD: "? a", LATE: ":a" } } } };
  const text = renderStackFile({ config });
  assert.deepEqual(parseStackFile(text, "x").config, config);
  // As go-yaml writes it: plain, in a block.
  const plain = `config:\n  kaleem:applications:\n    api:\n      env:\n        MONGO_URL: ${url}\n`;
  assert.deepEqual(parseStackFile(plain, "x").config, {
    "kaleem:applications": { api: { env: { MONGO_URL: url } } },
  });
});
