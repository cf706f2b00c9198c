import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { cached, isFresh } from "../../../workstation/cache/cached.ts";
import { contentKey } from "../../../workstation/cache/content-key.ts";
import { cacheDirectory } from "../../../workstation/cache/directory.ts";
import { withLock } from "../../../workstation/cache/lock.ts";
import { recall, remember } from "../../../workstation/cache/memo.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-cache-test-"));
process.env["KALEEM_CACHE"] = join(folder, "cache");
after(() => {
  rmSync(folder, { recursive: true });
});

test("the cache lies in the home directory unless KALEEM_CACHE says otherwise", () => {
  assert.equal(cacheDirectory({}), join(homedir(), ".cache", "kaleem"));
  assert.equal(cacheDirectory({ KALEEM_CACHE: "" }), join(homedir(), ".cache", "kaleem"));
  assert.equal(cacheDirectory({ KALEEM_CACHE: "/elsewhere" }), "/elsewhere");
});

function sampleDirectory(name: string): string {
  const directory = join(folder, name);
  mkdirSync(join(directory, "deep"), { recursive: true });
  writeFileSync(join(directory, "a"), "alpha");
  writeFileSync(join(directory, "deep", "b"), "beta");
  return directory;
}

test("a key is the same wherever the same content lies, and stays the same from release to release", () => {
  const key = contentKey(["flag", { directory: sampleDirectory("one") }]);
  assert.equal(contentKey(["flag", { directory: sampleDirectory("two") }]), key);
  assert.equal(contentKey(["a", "b"]), "14fe74fda61fa8bb568b");
});

test("a key changes with each thing that it depends on", () => {
  const directory = sampleDirectory("changing");
  const keys = new Set<string>();
  const note = (): void => {
    const before = keys.size;
    keys.add(contentKey([{ directory }, { file: join(directory, "a") }]));
    assert.equal(keys.size, before + 1);
  };
  note();
  writeFileSync(join(directory, "deep", "b"), "gamma");
  note();
  chmodSync(join(directory, "a"), 0o755);
  note();
  writeFileSync(join(directory, "new"), "");
  note();
  assert.notEqual(contentKey(["ab", "c"]), contentKey(["a", "bc"]));
  assert.notEqual(contentKey(["ab"]), contentKey(["a", "b"]));
});

test("a directory is made once, however many ask for it at the same time", async () => {
  let made = 0;
  const make = async (directory: string): Promise<void> => {
    made += 1;
    await sleep(50);
    writeFileSync(join(directory, "file"), "content");
  };
  const found = await Promise.all([1, 2, 3].map(() => cached("kind", "key", make)));
  assert.equal(made, 1);
  assert.deepEqual(new Set(found), new Set([join(folder, "cache", "kind", "key")]));
  assert.equal(readFileSync(join(folder, "cache", "kind", "key", "file"), "utf8"), "content");
});

const month = 31 * 24 * 3_600_000;

/** Makes a directory `month` old and a minute older. */
function age(key: string): void {
  const long = new Date(Date.now() - month - 60_000);
  utimesSync(join(folder, "cache", "aging", key), long, long);
}

test("what may grow old is made anew after a month, and once only", async () => {
  let made = 0;
  const make = async (directory: string): Promise<void> => {
    made += 1;
    writeFileSync(join(directory, "file"), `${made}`);
  };
  const get = (): Promise<string> => cached("aging", "key", make, { onKeptOld: () => assert.fail() });
  await get();
  await get();
  assert.equal(made, 1);
  assert.ok(isFresh("aging", "key"));
  age("key");
  assert.equal(isFresh("aging", "key"), false);
  const [path] = await Promise.all([get(), get()]);
  assert.equal(readFileSync(join(path, "file"), "utf8"), "2");
  assert.ok(isFresh("aging", "key"));
  assert.deepEqual(readdirSync(join(folder, "cache", "aging")), ["key"]);
});

test("an old one that cannot be made anew goes on serving, and why is told", async () => {
  await cached("aging", "kept", async (directory) => writeFileSync(join(directory, "file"), "old"));
  age("kept");
  let tries = 0;
  const told: string[] = [];
  const get = (): Promise<string> =>
    cached(
      "aging",
      "kept",
      () => {
        tries += 1;
        return Promise.reject(new Error("no mirror"));
      },
      { onKeptOld: (why, made) => told.push(`${why.message} ${Date.now() - made.getTime() > month}`) },
    );
  assert.equal(readFileSync(join(await get(), "file"), "utf8"), "old");
  await get();
  assert.deepEqual([tries, told], [1, ["no mirror true"]]);
});

test("what depends on its key alone never grows old", async () => {
  await cached("aging", "timeless", async () => undefined);
  age("timeless");
  await cached("aging", "timeless", () => Promise.reject(new Error("made again")));
});

test("nothing is kept of a directory whose making failed or was killed", async () => {
  const half = join(folder, "cache", "kind", ".making-broken-killed");
  mkdirSync(half, { recursive: true });
  const failing = cached("kind", "broken", (directory) => {
    writeFileSync(join(directory, "half"), "");
    return Promise.reject(new Error("no space left"));
  });
  await assert.rejects(failing, /^Error: no space left$/);
  const left = readdirSync(join(folder, "cache", "kind")).filter((name) => name.includes("broken"));
  assert.deepEqual(left, []);
});

test("a lock keeps others out, tells them that they wait, and is free after a failure", async () => {
  const lock = join(folder, "one.lock");
  const order: string[] = [];
  const first = withLock(lock, async () => {
    order.push("first in");
    await sleep(600);
    order.push("first out");
    throw new Error("failed");
  });
  await sleep(100);
  const second = withLock(
    lock,
    () => {
      order.push("second in");
      return Promise.resolve();
    },
    () => order.push("second waits"),
  );
  await assert.rejects(first, /failed/);
  await second;
  assert.deepEqual(order, ["first in", "second waits", "first out", "second in"]);
});

test("what was remembered is forgotten with age", () => {
  remember("answer", "none");
  assert.equal(recall("answer", 60), "none");
  const file = join(folder, "cache", "memo", "answer");
  assert.ok(existsSync(file));
  const anHourAgo = Date.now() / 1000 - 3600;
  utimesSync(file, anHourAgo, anHourAgo);
  assert.equal(recall("answer", 60), undefined);
  assert.equal(recall("never told", 60), undefined);
});
