import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { command } from "../../../local/images/command.ts";
import { openOrigin } from "../../../operator/imports/origin.ts";
import { readFiles } from "../../../operator/imports/read-files.ts";

const samples = new URL("../../fixtures/imports/", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "kaleem-old-restic-"));
const [repository, password, wrong] = ["restic-local", "restic.pass", "wrong.pass"].map((name) =>
  join(folder, name),
);
assert.ok(repository !== undefined && password !== undefined && wrong !== undefined);
const backups = join(folder, "backups");
const restic = (...argv: readonly string[]): Promise<string> =>
  command(["restic", "--repo", repository, "--password-file", password, "--quiet", ...argv]);

before(async () => {
  mkdirSync(join(backups, "mongo"), { recursive: true });
  for (const name of ["mongo-2025-10-01-0300.archive.gz", "dump.rdb"])
    copyFileSync(join(samples, name), join(backups, "mongo", name));
  mkdirSync(join(backups, "minio/shop/2025"), { recursive: true });
  writeFileSync(join(backups, "minio/shop/2025/1.pdf"), "content");
  writeFileSync(password, "the former scripts' password\n");
  writeFileSync(wrong, "another\n");
  await restic("init");
  await restic("backup", backups);
});
after(() => {
  rmSync(folder, { recursive: true });
});

const read = async (from: string, passwordFile?: string) => {
  const origin = openOrigin(from, passwordFile);
  try {
    return await readFiles(origin, {
      only: [],
      taking: { rename: {}, withoutUsers: false },
      tell: () => undefined,
    });
  } finally {
    await origin.close();
  }
};

test("the newest snapshot of the old repository is an origin as the folder is, folders of objects included", async () => {
  const { files } = await read(`restic:${repository}`, password);
  assert.deepEqual(
    files.map(({ store, holds }) => [store, holds["documents"] ?? holds["keys"] ?? holds["objects"]]),
    [
      ["mongo", 323],
      ["redis", 8],
      ["minio", 1],
    ],
  );
});

test("a wrong password, none, and what is no repository are told, each with its own code", async () => {
  const refusal = (code: number, sentence: RegExp) => (error: unknown) => {
    assert.ok(error instanceof RecoveryError);
    assert.equal(error.exitCode, code);
    assert.match(error.message, sentence);
    return true;
  };
  await assert.rejects(
    read(`restic:${repository}`, wrong),
    refusal(
      exitCodes.wrongPassword,
      /^import: \S+ refuses the password: give the one that the former scripts used/,
    ),
  );
  await assert.rejects(
    read(`restic:${join(folder, "nowhere")}`, password),
    refusal(exitCodes.noRepository, /^import: \S+ is no restic repository: /),
  );
  await assert.rejects(read(`restic:${repository}`), refusal(exitCodes.usage, /its password is wanted/));
  await assert.rejects(read("restic:", password), refusal(exitCodes.usage, /got no repository/));
});
