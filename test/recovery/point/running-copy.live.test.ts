import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"; // prettier-ignore
import { dirname, join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { ReflinkCopy } from "../../../recovery/point/reflink-copy.ts";
import { makeXfs, type XfsFixture } from "./xfs-fixture.ts";

let xfs: XfsFixture;
let folder: string;
let turn = 0;

before(() => {
  xfs = makeXfs();
});
after(() => xfs.remove());
beforeEach(() => {
  turn += 1;
  folder = join(xfs.root, `test-${turn}`);
  mkdirSync(join(folder, "live/data/.sys/tmp"), { recursive: true });
});

const live = (path: string): string => join(folder, "live/data", path);
const copied = (path: string): string => join(folder, "copy/data", path);

function newCopy(): ReflinkCopy {
  return new ReflinkCopy({
    from: join(folder, "live"),
    to: join(folder, "copy"),
    directories: ["data"],
    unfinished: ["data/.sys/tmp"],
    index: join(folder, "index"),
  });
}

let serial = 0;
/** As an object store writes: elsewhere first, then a rename. */
function put(path: string, content: string): void {
  serial += 1;
  const temporary = live(`.sys/tmp/${serial}`);
  writeFileSync(temporary, content);
  mkdirSync(dirname(live(path)), { recursive: true });
  renameSync(temporary, live(path));
}

/** An object in two files, the second of which names the first; what it had before goes once the new one is there. */
function putInTwo(object: string): void {
  const old = existsSync(live(`${object}/meta`)) ? readFileSync(live(`${object}/meta`), "utf8") : null;
  put(`${object}/part-${serial + 1}`, "x".repeat(5_000));
  put(`${object}/meta`, `part-${serial}`);
  if (old !== null) rmSync(live(`${object}/${old}`));
}

/** Writes on until `work` is done. */
async function meanwhile<T>(write: () => void, work: () => Promise<T>): Promise<T> {
  const quiet = new AbortController();
  const writer = (async () => {
    while (!quiet.signal.aborted) {
      write();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  try {
    return await work();
  } finally {
    quiet.abort();
    await writer;
  }
}

describe("ReflinkCopy of a running tree", () => {
  it("holds all that was there before, whole, while more is written and uploads are under way", async () => {
    const acknowledged: string[] = [];
    const write = (): void => {
      const name = `o/${acknowledged.length}`;
      put(name, `content of ${name}`);
      acknowledged.push(name);
      appendFileSync(live(".sys/tmp/upload"), "piece");
    };
    for (let count = 0; count < 200; count += 1) write();
    const copy = newCopy();
    await meanwhile(write, async () => {
      await copy.firstPass();
      for (let count = 0; count < 20; count += 1) write();
      const before = [...acknowledged];
      const { restless, at } = await copy.settle(5);
      assert.deepEqual(restless, []);
      assert.ok(Date.now() - at.getTime() < 60_000);
      const { data } = await copy.finish();
      assert.ok(data !== undefined && data.files >= before.length);
      for (const name of before) assert.equal(readFileSync(copied(name), "utf8"), `content of ${name}`);
    });
    const held = readdirSync(copied("o"));
    for (const name of held) assert.equal(readFileSync(copied(`o/${name}`), "utf8"), `content of o/${name}`);
    assert.deepEqual(readdirSync(copied(".sys/tmp")), [], "uploads under way are left out");
  });

  it("copies only what is new since the point before", async () => {
    for (let count = 0; count < 100; count += 1) put(`o/${count}`, "old");
    await new Promise((resolve) => setTimeout(resolve, 400));
    const first = newCopy();
    await first.firstPass();
    await first.settle(5);
    await first.finish();
    put("o/new", "new");
    const second = newCopy();
    assert.equal((await second.firstPass()).files, 1);
    await second.settle(5);
    await second.finish();
    assert.equal(readFileSync(copied("o/new"), "utf8"), "new");
  });

  it("takes out what was deleted meanwhile, or since the point before", async () => {
    for (let count = 0; count < 300; count += 1) put(`o/${count}`, "old");
    const first = newCopy();
    await first.firstPass();
    let next = 0;
    const { restless } = await meanwhile(
      () => {
        rmSync(live(`o/${next}`), { force: true });
        next += 1;
      },
      () => first.settle(5),
    );
    assert.deepEqual(restless, []);
    const { data } = await first.finish();
    assert.equal(data?.files, readdirSync(copied("o")).length);
    rmSync(live("o"), { recursive: true });
    put("p", "kept");
    const second = newCopy();
    await second.firstPass();
    await second.settle(5);
    const { data: left } = await second.finish();
    assert.deepEqual([left?.files, left?.bytes], [1, 4]);
  });

  it("has both files of an object that is overwritten now and then, and they fit", async () => {
    for (let count = 0; count < 50; count += 1) putInTwo(`o/${count}`);
    for (let point = 0; point < 5; point += 1) {
      const copy = newCopy();
      let overwritten = 0;
      await meanwhile(
        () => {
          overwritten += 1;
          // Now and then: a few within the first passes.
          if (overwritten < 10) putInTwo(`o/${overwritten * point}`);
        },
        async () => {
          await copy.firstPass();
          assert.deepEqual((await copy.settle(20)).restless, []);
          await copy.finish();
        },
      );
      for (let count = 0; count < 50; count += 1) {
        const part = readFileSync(copied(`o/${count}/meta`), "utf8");
        assert.equal(readFileSync(copied(`o/${count}/${part}`), "utf8").length, 5_000);
      }
    }
  });

  it("names the files that never stand still, and is completed by a pass over them at a standstill", async () => {
    put("steady", "steady");
    put("hot", "1");
    const copy = newCopy();
    const { restless, passes } = await meanwhile(
      () => appendFileSync(live("hot"), "+"),
      async () => {
        await copy.firstPass();
        return copy.settle(3);
      },
    );
    assert.deepEqual([restless, passes], [["data/hot"], 3]);
    await assert.rejects(copy.finish(), /^Error: finish\(\) before secondPass\(\) or a settled copy$/);
    await copy.secondPass();
    await copy.finish();
    assert.equal(readFileSync(copied("hot"), "utf8"), readFileSync(live("hot"), "utf8"));
  });

  it("is begun anew, alone, after a run that was killed before it was complete", async () => {
    put("o/1", "one");
    mkdirSync(join(folder, "copy/other"), { recursive: true });
    writeFileSync(join(folder, "copy/other/file"), "another copy's");
    const killed = newCopy();
    await killed.firstPass();
    assert.ok(!existsSync(join(folder, "index")));
    writeFileSync(copied("o/1"), "half");
    const next = newCopy();
    await next.firstPass();
    await next.settle(5);
    await next.finish();
    assert.equal(readFileSync(copied("o/1"), "utf8"), "one");
    assert.equal(readFileSync(join(folder, "copy/other/file"), "utf8"), "another copy's");
  });
});
