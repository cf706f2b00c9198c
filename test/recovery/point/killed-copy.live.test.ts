import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { ReflinkCopy } from "../../../recovery/point/reflink-copy.ts";
import { makeXfs, type XfsFixture } from "./xfs-fixture.ts";

const kills = 12;
const steps = ["first", "second", "finish"];
const copyModule = resolve(import.meta.dirname, "../../../recovery/point/reflink-copy.ts");

let xfs: XfsFixture;
before(() => {
  xfs = makeXfs();
});
after(() => xfs.remove());

function fingerprint(root: string): string {
  const script =
    'find . -printf "%y %m %U %G %T@ %l %p\\n" | sed "s,\\(\\.[0-9]\\{3\\}\\)[0-9]\\{7\\},\\1," | sort; find . -type f -exec sha256sum {} + | sort';
  return execFileSync("sh", ["-c", script], { cwd: root, encoding: "latin1" });
}

/** Makes points without end, and says where it is. */
const loop = (places: object): string => `
  const { ReflinkCopy } = await import(${JSON.stringify(copyModule)});
  const say = (what) => process.stdout.write(what + "\\n");
  for (;;) {
    const copy = new ReflinkCopy(${JSON.stringify(places)});
    say("first"); await copy.firstPass(); say("second"); await copy.secondPass(); say("finish"); await copy.finish();
  }`;

it("copies as if nothing had been, after having been killed at any moment", async () => {
  const places = { from: join(xfs.root, "live"), to: join(xfs.root, "copy"), directories: ["data"], index: join(xfs.root, "index") }; // prettier-ignore
  const data = join(places.from, "data");
  for (let folder = 0; folder < 10; folder += 1) {
    mkdirSync(join(data, `${folder}`), { recursive: true });
    for (let file = 0; file < 50; file += 1)
      writeFileSync(join(data, `${folder}/${file}`), `${folder} ${file}`);
  }
  const killedIn = new Map<string, number>();
  for (let kill = 0; kill < kills; kill += 1) {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", loop(places)], { stdio: ["ignore", "pipe", "inherit"] }); // prettier-ignore
    let at = "";
    child.stdout
      .setEncoding("utf8")
      .on("data", (text: string) => (at = text.trim().split("\n").at(-1) ?? at));
    const step = steps[kill % steps.length] ?? "first";
    while (at !== step) await once(child.stdout, "data");
    await delay(kill * 3);
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    killedIn.set(at, (killedIn.get(at) ?? 0) + 1);
    appendFileSync(join(data, `${kill % 10}/${kill}`), "more");
    if (kill % 2 === 0) rmSync(join(data, `${(kill + 1) % 10}/7`), { force: true });
    if (kill % 3 !== 2) continue;
    const copy = new ReflinkCopy(places);
    await copy.firstPass();
    await copy.secondPass();
    await copy.finish();
    assert.equal(fingerprint(join(places.to, "data")), fingerprint(data), `after kill ${kill}`);
    const left = readdirSync(xfs.root).sort();
    assert.deepEqual(left, ["copy", "index", "live"], "and leaves nothing of the killed ones");
  }
  assert.deepEqual([...killedIn.keys()].sort(), [...steps].sort(), "not every step was met");
});
