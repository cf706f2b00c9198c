import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { LocalHost } from "../../../recovery/host/local-host.ts";
import { Log } from "../../../recovery/host/log.ts";
import { addResticKey, retireResticKey, tryResticKey } from "../../../recovery/agent/restic-keys.ts";
import { Restic } from "../../../recovery/restic/restic.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-keys-"));
const passwordFile = join(folder, "password");
const emergency = join(folder, "emergency");
const open = (name: string, file = passwordFile): Restic =>
  new Restic({ url: join(folder, name), passwordFile: file }, null, join(folder, "cache"));
const local = open("local");
const offsite = open("offsite");
const files = { state: join(folder, "state.json"), newPassword: join(folder, "run", "new") };
const context = { host: new LocalHost(), log: new Log(), local, offsite, files };
const opens = async (password: string): Promise<boolean[]> => {
  const file = join(folder, "tried");
  writeFileSync(file, password, { mode: 0o600 });
  const tries = ["local", "offsite"].map((name) =>
    open(name, file)
      .exists()
      .catch(() => false),
  );
  return Promise.all(tries);
};

before(async () => {
  writeFileSync(passwordFile, "former-password");
  writeFileSync(emergency, "emergency-password");
  await local.init();
  await offsite.init(local);
  await local.addKey(emergency);
});
after(() => rmSync(folder, { recursive: true }));

test("a password is tried on both, and nothing of it is left", async () => {
  assert.deepEqual(await tryResticKey(context, "former-password"), { local: true, offsite: true });
  assert.deepEqual(await tryResticKey(context, "emergency-password"), { local: true, offsite: false });
  const none = { ...context, offsite: open("none") };
  assert.deepEqual(await tryResticKey(none, "former-password"), { local: true, offsite: null });
  assert.deepEqual(readdirSync(join(folder, "run")), []);
});

test("interrupted between the two repositories, both open with the former password, and a second run ends well", async () => {
  const addKey = offsite.addKey.bind(offsite);
  offsite.addKey = () => Promise.reject(new Error("the connection is gone"));
  await assert.rejects(addResticKey(context, "lost-password"), /the connection is gone/);
  offsite.addKey = addKey;
  assert.deepEqual(await opens("former-password"), [true, true]);

  assert.deepEqual(await addResticKey(context, "new-password"), { local: "added", offsite: "added" });
  assert.deepEqual(await opens("former-password"), [true, true]);
  assert.deepEqual(await opens("new-password"), [true, true]);
  assert.deepEqual(await opens("lost-password"), [false, false], "what nobody knows any more is removed");
  assert.deepEqual(await addResticKey(context, "new-password"), {
    local: "opened already",
    offsite: "opened already",
  });
});

test("the former password is not removed while the password file holds it", async () => {
  await assert.rejects(
    retireResticKey(context),
    /still holds the former password \(local and offsite\).*Nothing was removed/,
  );
  assert.deepEqual(await opens("former-password"), [true, true]);
});

test("in the end the former password opens nothing, and one that an operator added stays", async () => {
  writeFileSync(passwordFile, "new-password");
  assert.deepEqual(await retireResticKey(context), { local: "removed", offsite: "removed" });
  assert.deepEqual(await opens("former-password"), [false, false]);
  assert.deepEqual(await opens("new-password"), [true, true]);
  assert.deepEqual(await opens("emergency-password"), [true, false]);
  assert.deepEqual(await retireResticKey(context), {
    local: "nothing to remove",
    offsite: "nothing to remove",
  });
});
