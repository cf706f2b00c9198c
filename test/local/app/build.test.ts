import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { buildApp } from "../../../local/app/build.ts";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kaleem-build-"));
});
after(async () => {
  await rm(folder, { recursive: true });
});

test("bundles into one file that runs with nothing beside it and names what it lacks", async () => {
  const file = await buildApp(folder);
  assert.deepEqual(await readdir(folder), ["server.mjs"]);
  const lacking = { MONGO_PASSWORD_FILE: "/nonexistent/m", REDIS_PASSWORD_FILE: "/nonexistent/r" };
  const { code, stderr } = await run(file, ["api"], lacking);
  assert.equal(code, 78);
  assert.match(
    stderr,
    /^api: MONGO_PASSWORD_FILE: cannot read the secret file \/nonexistent\/m \(ENOENT\)\./,
  );
  assert.match(stderr, /^api: REDIS_PASSWORD_FILE: /m);
});

test("every role is in the bundle, and no other", async () => {
  const file = await buildApp(folder);
  for (const [role, secret] of [
    ["worker", "MINIO_PASSWORD_FILE"],
    ["webhooks", "SIGNING_KEY_FILE"],
  ] as const) {
    const { code, stderr } = await run(file, [role], { [secret]: "/nonexistent/s" });
    assert.equal(code, 78, stderr);
    assert.match(stderr, new RegExp(`^${role}: ${secret}: cannot read`, "m"));
  }
  const port = await run(file, ["embedding"], { PORT: "http" });
  assert.deepEqual([port.code, port.stderr.split(":")[0]], [78, "embedding"]);
  for (const words of [[], ["toString"], ["api", "worker"]]) {
    const { code, stderr } = await run(file, words, {});
    assert.equal(code, 64);
    const said = `expected one role, api, worker, webhooks, embedding, got "${words.join(" ")}"\n`;
    assert.equal(stderr, said);
  }
});

function run(file: string, words: readonly string[], env: Record<string, string>) {
  return new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, [file, ...words], { env, cwd: folder }, (error, _stdout, text) => {
      resolve({ code: error?.code, stderr: text });
    });
  });
}

test("gives the same bytes for the same sources, and no path of this machine in them", async () => {
  const again = await mkdtemp(join(folder, "again-"));
  const [first, second] = await Promise.all([buildApp(folder), buildApp(again)]).then((files) =>
    Promise.all(files.map((file) => readFile(file, "utf8"))),
  );
  assert.equal(first, second);
  assert.equal(first?.includes(process.cwd()), false);
});
