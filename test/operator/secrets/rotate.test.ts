import assert from "node:assert/strict";
import { test } from "node:test";
import { catalog } from "../../catalog/sample-catalog.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { rotate, type RotationPorts } from "../../../operator/secrets/rotate.ts";
import type { RotationJournal } from "../../../operator/secrets/rotation-journal.ts";

/** A stack in memory. `failAt` names the call that fails, once. */
function fakeStack(failAt: string | null = null, takesFormer = false) {
  const calls: string[] = [];
  const values = new Map([
    ["mongo-app-password", "former-value"],
    ["qdrant-api-key", "former-key"],
    ["qdrant-former-api-key", "nobody's"],
  ]);
  /** What the stores had been told of at each `up`. */
  const brought: string[][] = [];
  let kept: RotationJournal | null = null;
  let drawn = 0;
  let failing = failAt;
  const call = (name: string): void => {
    calls.push(name);
    if (failing !== name) return;
    failing = null;
    throw new Error(`${name} failed`);
  };
  const ports: RotationPorts = {
    draw: () => `new-value-${(drawn += 1)}`,
    given: () => Promise.reject(new Error("nothing on stdin")),
    values: async () => Promise.resolve(new Map(values)),
    set: async (fresh) => {
      call("set");
      for (const [name, value] of fresh) values.set(name, value);
      return Promise.resolve();
    },
    probeKeys: async () => {
      call("probe");
      return Promise.resolve();
    },
    up: async () => {
      brought.push(["qdrant-api-key", "qdrant-former-api-key"].map((name) => values.get(name) ?? ""));
      call("up");
      return Promise.resolve();
    },
    setAdministrator: async () => {
      call("administrator");
      return Promise.resolve();
    },
    tryLogin: async (_store, _secret, passwords) => {
      call("try");
      return Promise.resolve(passwords.map((each) => takesFormer || [...values.values()].includes(each)));
    },
    addResticKey: async () => {
      call("add key");
      return Promise.resolve();
    },
    retireResticKey: async () => {
      call("retire key");
      return Promise.resolve();
    },
    pointAndShip: async () => {
      call("point");
      return Promise.resolve("p1");
    },
    stackFileIsPresent: async () => {
      call("off-site stack file");
      return Promise.resolve(true);
    },
    begin: async () => Promise.resolve(kept ?? { name: "n", startedAt: "2026-01-01T00:00:00Z", done: [] }),
    note: async (journal, step) => {
      const next = { ...journal, done: [...journal.done, step] };
      if (next.done.includes("write into the configuration")) kept = next;
      return Promise.resolve(next);
    },
    end: async () => {
      kept = null;
      return Promise.resolve();
    },
  };
  return { ports, calls, values, brought, unfinished: () => kept };
}

test("the configuration has the new value before it comes into effect, and the former one is seen refused", async () => {
  const { ports, calls, values, unfinished } = fakeStack();
  const report = await rotate("mongo-app-password", catalog, ports, silentProgress);
  assert.deepEqual(calls, ["set", "up", "try", "point", "off-site stack file"]);
  assert.equal(values.get("mongo-app-password"), "new-value-1");
  assert.deepEqual([report.point, report.formerRefused], ["p1", true]);
  assert.equal(unfinished(), null);
});

for (const failAt of ["up", "try", "point", "off-site stack file"]) {
  test(`interrupted at "${failAt}", a second run goes on with the same value and ends well`, async () => {
    const { ports, calls, values, unfinished } = fakeStack(failAt);
    await assert.rejects(rotate("mongo-app-password", catalog, ports, silentProgress), /failed$/);
    assert.notEqual(unfinished(), null);
    await rotate("mongo-app-password", catalog, ports, silentProgress);
    assert.equal(values.get("mongo-app-password"), "new-value-1");
    assert.equal(calls.filter((call) => call === "set").length, 1);
    assert.equal(unfinished(), null);
  });
}

test("a key that a store learns at its start is valid beside the former one until all run with the new one", async () => {
  for (const failAt of [null, "up", "try"]) {
    const { ports, calls, values, brought } = fakeStack(failAt);
    const rotation = () => rotate("qdrant-api-key", catalog, ports, silentProgress);
    if (failAt !== null) await assert.rejects(rotation(), /failed$/);
    const report = await rotation();
    assert.deepEqual(brought[0], ["new-value-1", "former-key"]);
    assert.deepEqual(brought.at(-1), [values.get("qdrant-api-key"), values.get("qdrant-former-api-key")]);
    assert.equal(values.get("qdrant-api-key"), "new-value-1");
    assert.ok(![...values.values()].includes("former-key"), "nobody has it any more");
    if (failAt === null) {
      assert.deepEqual(calls, ["set", "up", "set", "up", "try", "point", "off-site stack file"]);
      assert.equal(report.formerRefused, true);
    }
  }
});

test("a password that was added to the repositories, and not written down, is drawn and added anew", async () => {
  const { ports, calls, values } = fakeStack("set");
  await assert.rejects(rotate("restic-password", catalog, ports, silentProgress), /set failed/);
  await rotate("restic-password", catalog, ports, silentProgress);
  assert.deepEqual(calls, [
    "add key",
    "set",
    "add key",
    "set",
    "up",
    "point",
    "off-site stack file",
    "retire key",
  ]);
  assert.equal(values.get("restic-password"), "new-value-2");
});

test("a store that still accepts the former password fails the rotation, which stays open", async () => {
  const { ports, unfinished } = fakeStack(null, true);
  await assert.rejects(
    rotate("mongo-app-password", catalog, ports, silentProgress),
    /mongo still accepts the former mongo-app-password; run this rotation again/,
  );
  assert.notEqual(unfinished(), null);
});

test("without issued keys nothing begins", async () => {
  const { ports, calls } = fakeStack();
  await assert.rejects(rotate("offsite-access-key-id", catalog, ports, silentProgress), /nothing on stdin/);
  assert.deepEqual(calls, []);
});
