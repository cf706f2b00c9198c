import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { catalog } from "../../../../catalog/catalog.ts";
import type { StatefulDefinition } from "../../../../catalog/definition.ts";
import type { AgentContext } from "../../../../recovery/agent/context.ts";
import { copyOpenStores, type PointCopies } from "../../../../recovery/agent/points/copy-open-stores.ts";
import type { Store } from "../../../../recovery/stores/store.ts";
import { layout } from "../../../../contract/layout.ts";
import { manifestFile, manifestSchema } from "../../../../recovery/point/manifest.ts";
import { unpauseLeftOvers } from "../../../../recovery/point/pause.ts";
import type { Copied, Pass, Settled } from "../../../../recovery/point/reflink-copy.ts";
import { agentFixture, type AgentFixture } from "../agent-fixture.ts";

const pass: Pass = { files: 1, bytes: 2, removed: 0, skipped: [], scanMs: 1, applyMs: 1 };
const manifestPath = `${layout.point}/${manifestFile}`;
const names = ["mongo", "redis", "minio"];

let fixture: AgentFixture;
let context: AgentContext;
let events: string[];
let interrupt: AbortController;
/** Runs as an event happens. */
let upon: (event: string) => void | Promise<void>;

beforeEach(async () => {
  fixture = await agentFixture();
  events = [];
  interrupt = new AbortController();
  upon = () => undefined;
  for (const name of names)
    fixture.docker.containers.set(`${name}-1`, { service: name, startedAt: "t1", paused: false });
  fixture.docker.before = (call) => {
    if (call.startsWith("POST")) events.push(call.replace(/POST \/containers\/(\w+)-1/, "$1"));
    return undefined;
  };
  context = {
    ...fixture.context,
    host: { ...fixture.context.host, run: (argv) => happens(argv[0] ?? "", "") },
    stores: catalog.filter(
      (service): service is StatefulDefinition => service.kind === "stateful" && names.includes(service.name),
    ),
    opening: { docker: fixture.context.docker, self: ["true"] },
    interrupted: interrupt.signal,
  };
});
afterEach(() => fixture.stop());

async function happens<T>(event: string, value: T): Promise<T> {
  events.push(event);
  await upon(event);
  interrupt.signal.throwIfAborted();
  return value;
}

async function openStores(): Promise<readonly Store[]> {
  return Promise.all(
    names.map(async (service): Promise<Store> => {
      const [container] = await context.docker.containersOf(service);
      assert.ok(container);
      return {
        service,
        container,
        version: () => Promise.resolve("1"),
        setup: () => assert.fail("not asked for"),
        retire: () => assert.fail("not asked for"),
        setAdministrator: () => assert.fail("not asked for"),
        accepts: () => assert.fail("not asked for"),
        writeCanary: () => happens(`${service} canary`, undefined),
        readCanary: () => assert.fail("not asked for"),
        inventory: () => assert.fail("not asked for"),
        resetUsers: () => assert.fail("not asked for"),
        judgeImport: () => assert.fail("not asked for"),
        dump: () => assert.fail("not asked for"),
        loadImport: () => assert.fail("not asked for"),
        refuseWrites: () => assert.fail("not asked for"),
        allowWrites: () => assert.fail("not asked for"),
        oplogPosition: () => Promise.resolve({ t: 1_763_000_000, i: 2 }),
        oplogHas: () => assert.fail("not asked for"),
        oplogTool: () => assert.fail("not asked for"),
        replayOplog: () => assert.fail("not asked for"),
        close: () => Promise.resolve(),
      };
    }),
  );
}

const settled = (restless: readonly string[] = []): Settled => {
  return { pass, passes: restless.length === 0 ? 1 : 5, at: new Date(), restless };
};

const sum = "a".repeat(64);
const digest = { names: sum, sizes: sum, access: sum, times: sum, folders: {} };
const held: Copied = { files: 1, bytes: 2, digest, leftOut: [] };

function copies(settle: () => Settled = settled): PointCopies {
  return {
    standing: {
      firstPass: () => happens("first pass", pass),
      secondPass: () => happens("second pass", pass),
      finish: () => happens("finish", { mongo: held, redis: held }),
    },
    running: {
      firstPass: () => happens("first pass, running", pass),
      settle: () => happens("settle", settle()),
      secondPass: () => happens("second pass, running", pass),
      finish: () => happens("finish, running", { minio: held }),
    },
  };
}

/** Events in order; those of one step, which happen at the same time, as one sorted line. */
function steps(): string[] {
  const kinds = events.map((event) => event.replace(/^(mongo|redis|minio)\b ?/, ""));
  return events
    .flatMap((_, index) => (index > 0 && kinds[index] === kinds[index - 1] ? [] : [index]))
    .map((from) => {
      let to = from;
      while (to < events.length && kinds[to] === kinds[from]) to += 1;
      return events.slice(from, to).sort().join(", ");
    });
}

describe("copyOpenStores", () => {
  it("pauses all stores but the one that is copied after they run again", async () => {
    const { manifest, frozen } = await copyOpenStores(context, await openStores(), copies());
    assert.deepEqual(steps(), [
      "minio canary, mongo canary, redis canary",
      "first pass",
      "first pass, running",
      "sync",
      "mongo/pause, redis/pause",
      "second pass",
      "mongo/unpause, redis/unpause",
      "settle",
      "finish",
      "finish, running",
    ]);
    const times = names.map((name) => manifest.stores[name]?.copiedAt ?? "");
    const instant = frozen.pausedAt.toISOString();
    assert.deepEqual(times.slice(0, 2), [instant, instant]);
    assert.ok((times[2] ?? "") > instant);
    const { minio } = manifest.stores;
    assert.equal(minio?.kind !== "files" && minio?.canary, manifest.point);
    assert.deepEqual(manifestSchema.parse(JSON.parse(fixture.files.get(manifestPath) ?? "")), manifest);
  });

  it("pauses that store too, alone and after the others, when its files do not stand still", async () => {
    const { manifest } = await copyOpenStores(
      context,
      await openStores(),
      copies(() => settled(["minio/receipts/hot/xl.meta"])),
    );
    assert.deepEqual(steps().slice(6, 11), [
      "mongo/unpause, redis/unpause",
      "settle",
      "minio/pause",
      "second pass, running",
      "minio/unpause",
    ]);
    assert.ok(
      fixture.lines.includes(
        "paused for its copy after all: 1 files changed under each of 5 passes (minio/receipts/hot/xl.meta)",
      ),
      fixture.lines.join("\n"),
    );
    assert.ok(Date.parse(manifest.stores["minio"]?.copiedAt ?? "") > 0);
    assert.deepEqual(fixture.docker.paused(), []);
  });

  describe("with an application that keeps files", () => {
    beforeEach(() => {
      const shop = { name: "shop", replicas: 1, data: { "/var/lib/shop": "application-shop" } };
      context = { ...context, config: { ...context.config, applications: [shop] } };
    });
    const start = (name: string): void =>
      void fixture.docker.containers.set(`${name}-1`, { service: "shop", startedAt: "t1", paused: false });

    it("pauses it with the stores, and says in the manifest that nobody can be asked what it holds", async () => {
      start("shop");
      const { manifest, tags } = await copyOpenStores(context, await openStores(), copies());
      assert.ok(events.includes("shop/pause") && events.includes("shop/unpause"), events.join());
      assert.ok(events.indexOf("shop/pause") < events.indexOf("second pass"));
      assert.ok(events.indexOf("second pass") < events.indexOf("shop/unpause"));
      assert.deepEqual(tags.stores, [...names, "shop"]);
      const { shop } = manifest.stores;
      assert.ok(shop?.kind === "files");
      assert.equal(shop.copiedAt, manifest.stores["mongo"]?.copiedAt);
      assert.deepEqual(Object.keys(shop.directories), ["application-shop"]);
      assert.deepEqual(fixture.docker.paused(), []);
    });

    it("copies its files as they lie while none of its tasks runs: nobody writes to them", async () => {
      const { manifest } = await copyOpenStores(context, await openStores(), copies());
      assert.equal(manifest.stores["shop"]?.kind, "files");
      assert.ok(!events.some((event) => event.startsWith("shop")));
    });

    it("counts no copy during which a task of it was started, and copies again with that one paused", async () => {
      upon = (event) => {
        if (event === "second pass" && !fixture.docker.containers.has("shop-1")) start("shop");
      };
      const { frozen } = await copyOpenStores(context, await openStores(), copies());
      assert.equal(frozen.attempts, 2);
      assert.ok(fixture.lines.some((line) => line.includes("shop was started while its files were copied")));
      assert.ok(events.includes("shop/pause"));
    });
  });

  for (const event of ["settle", "second pass", "finish, running"]) {
    it(`writes no manifest when it is ended at "${event}", and leaves nothing paused`, async () => {
      upon = (now) => {
        if (now === event) interrupt.abort(new Error("Stopped by SIGTERM."));
      };
      await assert.rejects(copyOpenStores(context, await openStores(), copies()), /Stopped by SIGTERM\./);
      assert.equal(fixture.files.has(manifestPath), false);
      assert.deepEqual(fixture.docker.paused(), []);
    });
  }

  it("leaves nothing to be unpaused and no manifest when it is killed between the pause and the late copy", async () => {
    let seen: readonly string[] | undefined;
    upon = async (now) => {
      if (now !== "settle") return;
      // What a next run finds: the process is gone without a word.
      assert.equal(fixture.files.has(manifestPath), false);
      assert.equal(fixture.files.has(layout.paused), false);
      seen = await unpauseLeftOvers(context.docker, { host: context.host, path: layout.paused });
      throw new Error("killed");
    };
    await assert.rejects(copyOpenStores(context, await openStores(), copies()), /killed/);
    assert.deepEqual(seen, []);
    assert.ok(!events.includes("finish"), "without its index the copy counts for nothing");
  });

  it("fails when the store was replaced while it was copied, though it was not paused", async () => {
    upon = (now) => {
      const container = fixture.docker.containers.get("minio-1");
      if (now === "settle" && container !== undefined) container.startedAt = "later";
    };
    await assert.rejects(
      copyOpenStores(context, await openStores(), copies()),
      /^RecoveryError: No point: store minio was restarted while the point was taken\. The next point follows\.$/,
    );
    assert.equal(fixture.files.has(manifestPath), false);
  });

  it("leaves the guard behind while the journal lists somebody, and says so", async () => {
    // As when the list could not be removed: what it says is believed.
    context = { ...context, host: { ...context.host, removeFile: () => Promise.resolve() } };
    await copyOpenStores(context, await openStores(), copies());
    assert.ok(
      fixture.lines.includes(
        "not everything runs again, see /run/kaleem/paused: thawing goes on when this run has ended",
      ),
      fixture.lines.join("\n"),
    );
  });

  it("says what is left out of the point, in the log and in the manifest", async () => {
    const leftOut = [{ reason: "socket", count: 3, paths: ["mongo/a", "mongo/b"] }];
    const all = copies();
    const finish = async () => ({ ...(await all.standing.finish()), mongo: { ...held, leftOut } });
    const { manifest } = await copyOpenStores(context, await openStores(), {
      ...all,
      standing: { ...all.standing, finish },
    });
    assert.ok(fixture.lines.includes("left out of the point (socket): mongo/a, mongo/b and 1 more"));
    assert.deepEqual(manifest.stores["mongo"]?.directories["mongo"]?.leftOut, leftOut);
  });

  it("takes an empty directory of a store whose others hold files", async () => {
    const [definition] = context.stores;
    assert.ok(definition);
    context = {
      ...context,
      stores: context.stores.map((each) =>
        each === definition ? { ...definition, data: { ...definition.data, "/spare": "spare" } } : each,
      ),
    };
    const { manifest } = await copyOpenStores(context, await openStores(), copies());
    assert.deepEqual(manifest.stores[definition.name]?.directories["spare"], { files: 0, bytes: 0 });
  });

  it("fails when a store's copy is empty", async () => {
    const empty = copies();
    const finish = async () => ({
      ...(await empty.running.finish()),
      minio: { ...held, files: 0, bytes: 0 },
    });
    const running = { ...empty.running, finish };
    await assert.rejects(
      copyOpenStores(context, await openStores(), { ...empty, running }),
      /^RecoveryError: No point: \/srv\/kaleem\/live\/minio holds no file, though its store runs: is it mounted\?$/,
    );
  });
});
