import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { renderOffsiteCredentials } from "../../../contract/offsite-credentials.ts";
import { Restic } from "../../../recovery/restic/restic.ts";
import { TestS3, type TestFault, type TestKeys } from "./test-s3.ts";

/** All that an ini reader would take for something else. */
const keys: TestKeys = { accessKeyId: `I#D;"x" = 'y'`, secretAccessKey: `"se#c;ret = [default] \\ 'z'"` };

let folder: string;
let s3: TestS3;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kaleem-bucket-"));
  s3 = await TestS3.start({ keys });
  writeFileSync(join(folder, "password"), "test-password");
  writeFileSync(join(folder, "keys"), renderOffsiteCredentials(keys));
});
after(async () => {
  await s3.stop();
  rmSync(folder, { recursive: true, force: true });
});

function offsite(prefix: string, probe: (() => Promise<void>) | null = null): Restic {
  return new Restic(
    {
      url: `s3:${s3.endpoint}/${s3.bucket}/${prefix}`,
      passwordFile: join(folder, "password"),
      credentialsFile: join(folder, "keys"),
      region: "auto",
    },
    probe,
    join(folder, "cache"),
  );
}

function source(name: string, files: number): string {
  const path = join(folder, "source", name);
  mkdirSync(path, { recursive: true });
  for (let index = 0; index < files; index += 1)
    writeFileSync(join(path, `file-${index}`), randomBytes(1_500_000));
  return path;
}

async function failure(work: Promise<unknown>): Promise<RecoveryError> {
  const error: unknown = await work.then(
    () => assert.fail("it went well"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RecoveryError, String(error));
  return error;
}

async function withFault<T>(fault: TestS3["fault"], work: () => Promise<T>): Promise<T> {
  s3.fault = fault;
  try {
    return await work();
  } finally {
    s3.fault = (): TestFault => null;
  }
}

describe("restic at a bucket", () => {
  it("signs with keys that an ini reader would cut", async () => {
    const restic = offsite("keys");
    assert.equal(await restic.exists(), false);
    await restic.init();
    assert.equal(await restic.exists(), true);
  });

  it("names a key that may only read, in seconds", async () => {
    const readOnly = ({ method }: { method: string }): TestFault =>
      method === "PUT" ? { status: 403, code: "AccessDenied" } : null;
    const started = performance.now();
    const error = await withFault(readOnly, () => failure(offsite("keys").backup(source("a", 1), "h", [])));
    assert.equal(error.exitCode, exitCodes.offsiteRefused);
    assert.match(
      error.message,
      /access is refused: check the key pair and its rights \(a key that may only read cannot even lock\)/,
    );
    assert.ok(performance.now() - started < 60_000);
  });

  it("ends a copy that stands still, keeps its repository usable, and says why it stood still", async () => {
    const here = new Restic(
      { url: join(folder, "local"), passwordFile: join(folder, "password") },
      null,
      join(folder, "cache"),
    );
    await here.init();
    const { snapshot } = await here.backup(source("b", 2), "h", []);
    const hangs = ({ method, key }: { method: string; key: string }): TestFault =>
      method === "PUT" && key.includes("/data/") ? "hang" : null;
    const restic = offsite("keys");
    const error = await withFault(hangs, () =>
      failure(restic.copyFrom(here, [snapshot], { stallAfterMs: 4_000 })),
    );
    assert.equal(error.exitCode, exitCodes.stalled);
    assert.match(error.message, /moved nothing for \d+ s/);
    await restic.repairIndex();
    await restic.copyFrom(here, [snapshot]);
    assert.equal((await restic.snapshots()).length, 1);
    let asked = 0;
    const probe = (): Promise<void> => {
      asked += 1;
      return asked === 1
        ? Promise.resolve()
        : Promise.reject(new RecoveryError(exitCodes.nameUnknown, "No such name."));
    };
    const silent = await withFault(
      () => "hang",
      () => failure(offsite("keys", probe).snapshots(undefined, { stallAfterMs: 2_000 })),
    );
    assert.equal(silent.exitCode, exitCodes.nameUnknown);
    assert.match(silent.message, /moved nothing for .*No such name\.$/s);
  });

  it("prunes in pieces that end, merges index files, and finds a pack that is lost", async () => {
    const restic = offsite("prune");
    await restic.init();
    const path = source("c", 30);
    const { snapshot } = await restic.backup(path, "h", ["point:c"]);
    // Of every pack some is still in use.
    for (let index = 0; index < 30; index += 3) rmSync(join(path, `file-${index}`));
    await restic.backup(path, "h", ["point:d"]);
    await restic.forget([snapshot]);
    const before = s3.stored("prune/data/");
    let pieces = 0;
    while ((await restic.prune({}, 40 * 1024 * 1024)).more) {
      pieces += 1;
      assert.ok(pieces < 20, "it ends");
    }
    assert.ok(pieces >= 2, `${pieces} pieces`);
    assert.ok(s3.stored("prune/data/") < 0.75 * before);
    for (const name of ["e", "f"]) await restic.backup(source(name, 1), "h", [`point:${name}`]);
    assert.ok((await restic.countIndexFiles()) > 1);
    await restic.repairIndex();
    assert.equal(await restic.countIndexFiles(), 1);
    await restic.check("1/1", {}, false);
    const [pack] = [...s3.objects.keys()].filter((key) => key.startsWith("prune/data/"));
    s3.objects.delete(pack ?? "");
    const error = await failure(restic.check("1/7", { stallAfterMs: 8_000 }));
    assert.equal(error.exitCode, exitCodes.repositoryDamaged, error.message);
  });
});
