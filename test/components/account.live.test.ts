import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { lockRules } from "../../components/offsite/bucket-rules.ts";
import type { CloudflareEmulator } from "../../local/cloud/cloudflare/emulator.ts";
import { PulumiError } from "../../toolchain/engine/pulumi-error.ts";
import {
  accountBlock,
  accountId,
  AccountStack,
  noDnsToken,
  ownToken,
  startEmulator,
  zoneId,
} from "./support/account-stack.ts";

const nothing = { create: 0, update: 0, delete: 0, replace: 0, same: 0 };
const target = (address: string) => ({ prod: { address, at: "20270131T120000Z" } });

describe("the account's stack under the real engine", () => {
  let emulator: CloudflareEmulator;
  let stack: AccountStack;
  before(async () => {
    emulator = await startEmulator();
    stack = await AccountStack.create(emulator);
  });
  after(async () => {
    stack.remove();
    await emulator.stop();
  });

  const asked = async (path: string): Promise<unknown> => {
    const response = await fetch(`${emulator.baseUrl}${path}`, {
      headers: { authorization: `Bearer ${ownToken}` },
    });
    return ((await response.json()) as { result: unknown }).result;
  };
  const bucket = `/accounts/${accountId}/r2/buckets/kaleem-prod-backup`;
  const tokens = async () => (await asked(`/accounts/${accountId}/tokens`)) as { id: string; name: string }[];
  const fails = async (work: Promise<unknown>, says: RegExp): Promise<void> => {
    await assert.rejects(work, (error) => {
      assert(error instanceof PulumiError);
      assert.match(error.message, says);
      assert.ok(!error.message.includes(ownToken) && !error.message.includes(noDnsToken), "a token is shown");
      return true;
    });
  };

  it("makes bucket, lock, lifecycle and key pairs, waiting where the API is busy; unchanged the second time, without a call", async () => {
    emulator.throttle(2, 1);
    const first = await stack.up({ account: accountBlock });
    assert.ok(first.changes.create > 5);
    assert.deepEqual(await asked(`${bucket}/lock`), { rules: lockRules({ prefix: "", lockFor: "336h" }) });
    assert.equal((await tokens()).length, 2);
    const calls = emulator.seen.length;
    assert.ok(emulator.seen.some(({ status }) => status === 429));
    const second = await stack.up({ account: accountBlock });
    assert.deepEqual({ ...second.changes, same: 0 }, nothing);
    assert.equal(emulator.seen.length, calls);
  });

  it("keeps every token, key and secret out of the plain state", () => {
    const state = stack.stateText();
    assert.ok(!state.includes(ownToken));
    assert.doesNotMatch(state, /"(value|secretAccessKey)": ?"/);
  });

  it("declares a record once it has a target, moves it in place, and moves nothing else", async () => {
    const pointing = { account: accountBlock, targets: target("203.0.113.7") };
    assert.equal((await stack.up(pointing)).changes.create, 1);
    assert.deepEqual(emulator.zones.get(zoneId)?.addresses("kaleem.example.com"), ["203.0.113.7"]);
    const moved = await stack.up({ account: accountBlock, targets: target("203.0.113.8") });
    assert.deepEqual({ ...moved.changes, same: 0 }, { ...nothing, update: 1 + 1 });
    assert.deepEqual(emulator.zones.get(zoneId)?.addresses("kaleem.example.com"), ["203.0.113.8"]);
  });

  it("makes a successor of a key pair beside it, and takes the former away when its number goes", async () => {
    const [before] = (await tokens()).filter(({ name }) => name.includes(" host 1 "));
    const withKeys = (host: number[]) => ({
      account: { ...accountBlock, buckets: { prod: { ...accountBlock.buckets.prod, keys: { host } } } },
      targets: target("203.0.113.8"),
    });
    await stack.up(withKeys([1, 2]));
    assert.equal((await tokens()).filter(({ name }) => name.includes(" host ")).length, 2);
    await stack.up(withKeys([2]));
    const left = (await tokens()).filter(({ name }) => name.includes(" host "));
    assert.equal(left.length, 1);
    assert.notEqual(left[0]?.id, before?.id);
  });

  it("removes nothing when it is destroyed, since the bucket is protected", async () => {
    await fails(stack.destroy(), /protect/);
    assert.equal((await tokens()).length, 2);
    assert.ok(await asked(bucket));
  });

  it("adopts what survived the loss of its state, and changes nothing of it", async () => {
    const records = (await asked(`/zones/${zoneId}/dns_records`)) as { id: string }[];
    const survived = [await asked(bucket), await asked(`${bucket}/lock`)];
    await stack.lose();
    await fails(stack.up({ account: accountBlock, targets: target("203.0.113.8") }), /already exists/);
    const settings = {
      account: accountBlock,
      targets: target("203.0.113.8"),
      adopt: { buckets: { prod: { lockedFor: "336h" } }, records: { prod: records[0]?.id } },
    };
    await stack.lose();
    const former = new Set((await tokens()).map(({ id }) => id));
    await stack.up(settings);
    assert.deepEqual(await asked(`/zones/${zoneId}/dns_records`), records);
    assert.deepEqual([await asked(bucket), await asked(`${bucket}/lock`)], survived);
    // Tokens are never adopted: the former ones go on beside new ones until they are revoked.
    const fresh = (await tokens()).filter(({ id }) => !former.has(id));
    assert.equal(fresh.length, 2);
    const again = await stack.up(settings);
    assert.deepEqual({ ...again.changes, same: 0 }, nothing);
  });

  it("says which call a token may not make, and goes on with another token", async () => {
    await stack.setToken(noDnsToken);
    const settings = {
      account: { ...accountBlock, records: { ...accountBlock.records, www: { name: "www.example.com" } } },
      targets: { ...target("203.0.113.8"), www: { address: "203.0.113.8", at: "20270131T120000Z" } },
    };
    await fails(stack.up(settings), /dns_records": 403 Forbidden .*Authentication error/);
    await stack.setToken(ownToken);
    await stack.up(settings);
    assert.deepEqual(emulator.zones.get(zoneId)?.addresses("www.example.com"), ["203.0.113.8"]);
  });
});
