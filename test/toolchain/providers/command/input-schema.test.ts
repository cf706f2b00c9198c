import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { copyToRemote } from "../../../../toolchain/providers/command/copy-to-remote.ts";
import { remoteCommand } from "../../../../toolchain/providers/command/remote-command.ts";
import type { ResourceType } from "../../../../toolchain/providers/protocol/resource-type.ts";
import {
  archiveSignature,
  assetSignature,
  Secret,
  signatureKey,
  unknown,
} from "../../../../toolchain/providers/protocol/value.ts";
import type { PropertyMap } from "../../../../toolchain/providers/protocol/value.ts";
import { idleContext } from "../recorded-calls.ts";

const connection = { host: "h" };
const source = { [signatureKey]: assetSignature, hash: "h", path: "f" };

async function check(type: ResourceType, news: PropertyMap) {
  return type.check({ news, olds: {}, randomSeed: new Uint8Array(32) }, idleContext("c"));
}

async function reasons(type: ResourceType, news: PropertyMap): Promise<readonly string[]> {
  return ((await check(type, news)).failures ?? []).map(({ reason }) => reason);
}

describe("the inputs of the command provider", () => {
  it("get the defaults of the official plugin, and the connection is a secret with secrets inside", async () => {
    const { inputs, failures } = await check(remoteCommand, { connection: { host: "h", privateKey: "k" } });
    assert.deepEqual(failures, []);
    assert.deepEqual(inputs, {
      connection: new Secret({
        host: "h",
        user: "root",
        port: 22,
        privateKey: new Secret("k"),
        dialErrorLimit: 10,
        perDialTimeout: 15,
      }),
    });
  });

  it("are refused with every problem at once, by path, and never show a value", async () => {
    const wrong = {
      connection: new Secret({
        port: "22",
        privateKey: 7,
        hostkey: "k",
        agentSocketPath: "/a",
        proxy: { host: "p" },
      }),
      create: ["hidden"],
      environment: { A: new Secret(5), B: "b" },
      logging: "hidden",
      triggers: "hidden",
      addPreviousOutputInEnv: "hidden",
      interpreter: ["hidden"],
    };
    const knows =
      "addPreviousOutputInEnv, connection, create, delete, environment, logging, stdin, triggers, update";
    assert.deepEqual([...(await reasons(remoteCommand, wrong))].sort(), [
      "addPreviousOutputInEnv: expected a boolean, got a text.",
      "connection.agentSocketPath: the stand-in command provider asks the SSH agent of SSH_AUTH_SOCK alone; leave it out.",
      "connection.host: is missing; expected a text.",
      "connection.hostkey: no such property; the stand-in command provider knows agentSocketPath, dialErrorLimit, host, " +
        "hostKey, password, perDialTimeout, port, privateKey, privateKeyPassword, proxy, user.",
      "connection.port: expected a whole number, got a text.",
      "connection.privateKey: expected a text, got a number.",
      "connection.proxy: the stand-in command provider has no proxy connections; connect directly.",
      "create: expected a text, got a list.",
      "environment.A: expected a text, got a number.",
      `interpreter: no such property; the stand-in command provider knows ${knows}.`,
      "logging: expected one of stdout, stderr, stdoutAndStderr, none, got another text.",
      "triggers: expected a list, got a text.",
    ]);
  });

  it("may be unknown in a preview, whole or in part", async () => {
    for (const given of [unknown, { host: unknown, port: unknown, privateKey: unknown }]) {
      const news = { connection: given, create: unknown, environment: { A: unknown }, triggers: [unknown] };
      assert.deepEqual(await reasons(remoteCommand, news), []);
    }
  });

  it("name what is copied: a file, a text or a directory of this machine", async () => {
    const given = (content: PropertyMap) =>
      reasons(copyToRemote, { connection, remotePath: "/r", source: content });
    const text = { [signatureKey]: assetSignature, hash: "h", text: "" };
    const directory = { [signatureKey]: archiveSignature, hash: "h", path: "d" };
    for (const content of [source, text, directory]) assert.deepEqual(await given(content), []);
    assert.deepEqual(await given({ [signatureKey]: assetSignature, hash: "h", uri: "https://x/" }), [
      "source: expected a FileAsset or a StringAsset, got an asset of another kind.",
    ]);
    assert.deepEqual(await given({ [signatureKey]: archiveSignature, hash: "h", assets: { a: text } }), [
      "source: expected a FileArchive of a directory, got an archive of another kind.",
    ]);
    assert.deepEqual(await given({ path: "f" }), [
      "source: expected a FileAsset, a StringAsset or a FileArchive.",
    ]);
    assert.deepEqual(await reasons(copyToRemote, { connection, remotePath: "/r", source: unknown }), [
      "source: is not known in this preview, which the official plugin 1.2.1 refuses too.",
    ]);
    assert.deepEqual(await reasons(copyToRemote, {}), [
      "connection: is missing; expected an object.",
      "source: is missing; expected a FileAsset, a StringAsset or a FileArchive.",
      "remotePath: is missing; expected a text.",
    ]);
  });
});
