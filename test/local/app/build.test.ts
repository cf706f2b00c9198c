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
  const secrets = { MONGO_PASSWORD_FILE: "/nonexistent/m", REDIS_PASSWORD_FILE: "/nonexistent/r" };
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, [file], { env: secrets, cwd: folder }, (error, _stdout, text) => {
      resolve({ code: error?.code, stderr: text });
    });
  });
  assert.equal(code, 78);
  assert.match(
    stderr,
    /^api: MONGO_PASSWORD_FILE: cannot read the password file \/nonexistent\/m \(ENOENT\)\./,
  );
  assert.match(stderr, /^api: REDIS_PASSWORD_FILE: /m);
});

test("gives the same bytes for the same sources, and no path of this machine in them", async () => {
  const again = await mkdtemp(join(folder, "again-"));
  const [first, second] = await Promise.all([buildApp(folder), buildApp(again)]).then((files) =>
    Promise.all(files.map((file) => readFile(file, "utf8"))),
  );
  assert.equal(first, second);
  assert.equal(first?.includes(process.cwd()), false);
});
