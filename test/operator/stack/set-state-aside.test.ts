import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { setStateAside, type StateBackend } from "../../../operator/stack/set-state-aside.ts";
import { hasPlatform, judgeState, type MachineOfState } from "../../../operator/stack/state-owner.ts";
import type { MachineView } from "../../../operator/preflight/machine-view.ts";
import type { Stack } from "../../../operator/stack/stack.ts";

const oldKey = "ssh-ed25519 AAAAold";
const newKey = "ssh-ed25519 AAAAnew";
const fresh: MachineOfState = { address: "192.0.2.7", hostKey: `${newKey} root@new`, hasPlatform: false };
const begun: MachineOfState = { ...fresh, hasPlatform: true };

/** A state whose commands ran on machines with these keys. */
function stateOf(stack: string, ...keys: string[]) {
  const urn = (name: string): string => `urn:pulumi:${stack}::kaleem::command:remote:Command::${name}`;
  const resources = [
    { urn: `urn:pulumi:${stack}::kaleem::pulumi:pulumi:Stack::kaleem-${stack}` },
    ...keys.map((key, index) => ({ urn: urn(`c${index}`), inputs: { triggers: [key, "more"] } })),
  ];
  return { version: 3, deployment: { manifest: { time: "2026-11-30T16:51:27.5Z" }, resources } };
}

class Killed extends Error {}

/** States by name; dies before or after the so-manieth change of one. */
class FakeBackend implements StateBackend {
  readonly states = new Map<string, unknown>();
  /** Changes until it dies; never, when none is given. */
  left = Number.POSITIVE_INFINITY;
  readonly #folder: string;
  constructor(folder: string) {
    this.#folder = folder;
  }
  has(name: string): Promise<boolean> {
    return Promise.resolve(this.states.has(name));
  }
  async make(name: string): Promise<void> {
    assert.ok(!this.states.has(name), `stack ${name} already exists`);
    await this.#change(() => {
      this.states.set(name, stateOf(name));
      // As the engine does it.
      writeFileSync(join(this.#folder, `Pulumi.${name}.yaml`), "encryptionsalt: v1:x\n");
    });
  }
  read(name: string): Promise<unknown> {
    return Promise.resolve(this.states.get(name));
  }
  /** Nothing here opens the secrets of the states that it is given. */
  refuses = false;
  async write(name: string, state: unknown): Promise<boolean> {
    assert.ok(this.states.has(name), `no stack named ${name}`);
    if (this.refuses) return false;
    await this.#change(() => this.states.set(name, state));
    return true;
  }
  async remove(name: string): Promise<void> {
    await this.#change(() => this.states.delete(name));
  }
  #change(change: () => unknown): Promise<void> {
    if (this.left <= 0) return Promise.reject(new Killed());
    this.left -= 1;
    change();
    return Promise.resolve();
  }
}

/** Off-site: name → text. */
const kept = new Map<string, string>();
const keep = (name: string, text: string): Promise<void> => {
  assert.ok(backend.states.has("prod"), "nothing was taken away yet");
  kept.set(name, text);
  return Promise.resolve();
};
let folder: string;
let stack: Stack;
let backend: FakeBackend;
beforeEach(() => {
  kept.clear();
  folder = mkdtempSync(join(tmpdir(), "kaleem-aside-"));
  stack = { name: "prod", folder, repository: folder } as Stack;
  backend = new FakeBackend(folder);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const aside = (machine: MachineOfState, at = "2026-12-01T00:00:00Z") =>
  setStateAside(stack, backend, machine, { now: new Date(at), keep });
const lost = "prod-lost-20261130t165127";

test("a stack without a state gets an empty one", async () => {
  assert.equal(await aside(fresh), null);
  assert.deepEqual([...backend.states.keys()], ["prod"]);
});

test("a lost machine's state is kept under another name and in a file, and the stack begins with an empty one", async () => {
  backend.states.set("prod", stateOf("prod", oldKey));
  assert.equal(await aside(fresh), lost);
  const { deployment, ...rest } = stateOf("prod", oldKey);
  const resources = deployment.resources.map((each) => ({
    ...each,
    urn: each.urn.replace(":prod::", `:${lost}::`),
  }));
  assert.deepEqual(backend.states.get(lost), { ...rest, deployment: { ...deployment, resources } });
  assert.deepEqual(backend.states.get("prod"), stateOf("prod"));
  assert.deepEqual(JSON.parse(readFileSync(join(folder, `${lost}.json`), "utf8")), stateOf("prod", oldKey));
  assert.equal(existsSync(join(folder, `Pulumi.${lost}.yaml`)), false);
  assert.deepEqual([...kept.keys()], [lost]);
  assert.deepEqual(JSON.parse(kept.get(lost) ?? ""), stateOf("prod", oldKey));
});

test("a state that cannot be kept off-site is left where it is", async () => {
  backend.states.set("prod", stateOf("prod", oldKey));
  const refused = () => Promise.reject(new Error("the bucket does not answer"));
  await assert.rejects(
    setStateAside(stack, backend, fresh, { now: new Date(), keep: refused }),
    /^Error: the bucket does not answer$/,
  );
  assert.deepEqual([...backend.states], [["prod", stateOf("prod", oldKey)]]);
});

test("a state whose secrets nothing here opens is kept in its file and in the bucket alone, and that is said", async () => {
  backend.states.set("prod", stateOf("prod", oldKey));
  backend.refuses = true;
  assert.match(
    (await aside(fresh)) ?? "",
    new RegExp(`^${lost}, in .*${lost}\\.json and in the bucket: what opens its secrets is not here`),
  );
  assert.deepEqual([...backend.states], [["prod", stateOf("prod")]]);
  assert.deepEqual(JSON.parse(readFileSync(join(folder, `${lost}.json`), "utf8")), stateOf("prod", oldKey));
});

/** make lost, write lost, remove, make. */
for (const step of [0, 1, 2, 3]) {
  test(`killed after change ${step}, the next run sets the same state aside, once`, async () => {
    backend.states.set("prod", stateOf("prod", oldKey));
    backend.left = step;
    await assert.rejects(aside(fresh), Killed);
    backend.left = Number.POSITIVE_INFINITY;
    // Another minute, and on a machine of which nothing was touched yet.
    await aside(fresh, "2026-12-01T00:07:00Z");
    await aside(fresh, "2026-12-01T00:08:00Z");
    assert.deepEqual([...backend.states.keys()].sort(), ["prod", lost]);
    assert.deepEqual(backend.states.get("prod"), stateOf("prod"));
    assert.match(JSON.stringify(backend.states.get(lost)), /AAAAold/);
    assert.equal(existsSync(join(folder, `Pulumi.${lost}.yaml`)), false);
  });
}

test("what a killed run of the same recovery has declared on the new machine is gone on with, not set aside", async () => {
  backend.states.set("prod", stateOf("prod", newKey, newKey));
  assert.equal(await aside(begun), null);
  assert.deepEqual(backend.states.get("prod"), stateOf("prod", newKey, newKey));
});

test("a machine that was reinstalled and kept its key has nothing of what its state says", async () => {
  backend.states.set("prod", stateOf("prod", newKey));
  assert.equal(await aside(fresh), lost);
});

test("a machine with the platform, beside another one's state, is refused; nothing is changed", async () => {
  backend.states.set("prod", stateOf("prod", oldKey));
  await assert.rejects(aside(begun), {
    message:
      "stack prod: its platform runs on 192.0.2.7 already, and its state was made for another machine (host key " +
      "ssh-ed25519 AAAAnew root@new is not in it). Give a machine without it, or reinstall this one; nothing was changed on it.",
  });
  assert.deepEqual(backend.states, new Map([["prod", stateOf("prod", oldKey)]]));
});

test("whose a state is", () => {
  assert.equal(judgeState(stateOf("prod"), fresh), "this", "it has run nothing");
  assert.equal(
    judgeState(stateOf("prod", newKey, oldKey), begun),
    "another",
    "an up on it has mixed two machines",
  );
  assert.equal(judgeState({ deployment: null }, fresh), "this");
  const view = (more: Partial<MachineView>) => more as MachineView;
  const manager = "file:///state prod";
  assert.equal(hasPlatform(view({ agentStack: "prod" }), "prod", manager), true);
  assert.equal(hasPlatform(view({ agentStack: "staging" }), "prod", manager), false);
  const note = JSON.stringify({ stack: "prod", manager, since: "x" });
  assert.equal(hasPlatform(view({ managedBy: note }), "prod", manager), true);
  assert.equal(hasPlatform(view({ managedBy: note }), "prod", "file:///other prod"), false);
  assert.equal(hasPlatform(view({}), "prod", manager), false);
});
