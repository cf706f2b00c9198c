import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { copyToRemote } from "../../../../toolchain/providers/command/copy-to-remote.ts";
import {
  archiveSignature,
  assetSignature,
  signatureKey,
} from "../../../../toolchain/providers/protocol/value.ts";
import type { PropertyMap } from "../../../../toolchain/providers/protocol/value.ts";
import { SshHost } from "../../../../operator/ssh/ssh.ts";
import { freePort, liveTarget } from "../../../operator/ssh/live-target.ts";
import type { LiveTarget } from "../../../operator/ssh/live-target.ts";
import { connectionTo, recordingContext } from "./live-context.ts";

describe("command:remote:CopyToRemote on a host", () => {
  let live: LiveTarget;
  let folder: string;
  before(async () => {
    live = await liveTarget();
    folder = await mkdtemp(join(tmpdir(), "kaleem-copy-"));
    await writeFile(join(folder, "f.txt"), "one\n");
    await mkdir(join(folder, "dir/sub"), { recursive: true });
    await writeFile(join(folder, "dir/a"), "a");
    await writeFile(join(folder, "dir/sub/b"), "b");
    await writeFile(join(folder, "empty"), "");
  });
  after(async () => {
    await rm(folder, { recursive: true });
    await live.stop();
  });

  const file = (name: string, hash = "h1") => ({
    [signatureKey]: assetSignature,
    hash,
    path: join(folder, name),
  });
  const text = (content: string) => ({ [signatureKey]: assetSignature, hash: content, text: content });
  const archive = (name: string) => ({
    [signatureKey]: archiveSignature,
    hash: "h1",
    path: `${folder}/${name}`,
  });
  const copy = (source: PropertyMap, remotePath: string) =>
    copyToRemote.create(
      { inputs: { connection: connectionTo(live), source, remotePath: at(remotePath) }, preview: false },
      recordingContext(),
    );
  const at = (path: string): string => (path.startsWith("/") ? path : `${live.directory}/${path}`);
  const onHost = async (script: string): Promise<string> =>
    (await new SshHost(live.target).run(["sh", "-c", `cd ${live.directory} && ${script}`])).stdout;

  it("makes missing parents, and answers an id and the source in the official form", async () => {
    const { id, properties } = await copy(file("f.txt"), "deep/er/f.txt");
    assert.match(id, /^[0-9a-f]{8}$/);
    assert.deepEqual(properties["source"], { ...file("f.txt"), text: "", uri: "" });
    assert.equal(await onHost("cat deep/er/f.txt"), "one\n");
  });

  it("puts a file into a directory that exists", async () => {
    await onHost("mkdir there");
    await copy(file("f.txt"), "there");
    assert.equal(await onHost("cat there/f.txt"), "one\n");
  });

  it("overwrites a longer file as a whole and keeps its mode", async () => {
    await onHost("seq 1000 > longer; chmod 640 longer");
    await copy(file("f.txt"), "longer");
    assert.equal(await onHost("cat longer; stat -c %a longer"), "one\n640\n");
    await copy(file("empty"), "longer");
    assert.equal(await onHost("stat -c %s longer"), "0\n");
  });

  it("copies a directory by name, or its content alone with a slash at the end", async () => {
    await copy(archive("dir"), "named");
    assert.equal(await onHost("cd named && find . -type f | sort"), "./dir/a\n./dir/sub/b\n");
    await copy(archive("dir/"), "flat");
    assert.equal(await onHost("cd flat && find . -type f | sort"), "./a\n./sub/b\n");
  });

  it("copies a text, but not over a directory", async () => {
    await copy(text("héllo"), "text");
    assert.equal(await onHost("cat text"), "héllo");
    await onHost("mkdir taken");
    await assert.rejects(copy(text("x"), "taken"), {
      message: `remote path ${at("taken")} is a directory; when using a text asset, remotePath must be a file path`,
    });
  });

  it("copies megabytes unchanged", async () => {
    const content = randomBytes(5_000_001);
    await writeFile(join(folder, "large"), content);
    await copy(file("large"), "large");
    assert.equal(await onHost("base64 -w0 < large"), content.toString("base64"));
  });

  it("copies again when the content or the path changed, not when only the connection did", async () => {
    const properties = { connection: connectionTo(live), source: file("f.txt"), remotePath: at("again") };
    const update = async (news: PropertyMap) => {
      await onHost("rm -f again elsewhere");
      const request = { id: "1", state: properties, oldInputs: {}, ignoreChanges: [], preview: false };
      await copyToRemote.update?.({ ...request, news: { ...properties, ...news } }, recordingContext());
      return onHost("ls again elsewhere 2> /dev/null; true");
    };
    assert.equal(await update({ source: file("f.txt", "h2") }), "again\n");
    assert.equal(await update({ remotePath: at("elsewhere") }), "elsewhere\n");
    assert.equal(await update({ connection: connectionTo(live, { port: await freePort() }) }), "");
  });

  it("fails in the official plugin's words where it cannot write or connect", async () => {
    await assert.rejects(copy(file("f.txt"), "/proc/nofile"), {
      message: "failed to create remote file /proc/nofile: file does not exist",
    });
    const port = await freePort();
    const inputs = {
      connection: connectionTo(live, { host: "127.0.0.1", port }),
      source: file("f.txt"),
      remotePath: "/n",
    };
    await assert.rejects(copyToRemote.create({ inputs, preview: false }, recordingContext()), {
      message: `after 2 failed attempts: dial tcp 127.0.0.1:${String(port)}: connect: connection refused`,
    });
  });
});
