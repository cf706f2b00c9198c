import assert from "node:assert/strict";
import { test } from "node:test";
import { cutOver, type CutoverPorts, type CutoverRequest } from "../../../operator/cutover/cut-over.ts";
import type { Resolved } from "../../../operator/cutover/await-resolved.ts";
import { readAccount } from "../../../operator/stack/account-stack.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { accountText, file, former, next, now, record, restoredHost } from "./situations.ts";

const move = { name: "records-prod", type: "cloudflare:index/dnsRecord:DnsRecord", kind: "update" } as const;

/** An account whose zone follows its file, and everything that was done, in order. */
class World {
  text = accountText;
  address = former;
  readonly done: string[] = [];
  readonly notes: string[] = [];
  changes: readonly { name: string; type: string; kind: "update" | "delete" }[] = [move];
  upFails = false;
  /** What name servers say, look by look; the last one stays. */
  answers: readonly Resolved[][] = [];
  view = restoredHost();

  run(given: Partial<CutoverRequest> = {}): ReturnType<typeof cutOver> {
    const request: CutoverRequest = {
      stack: "prod",
      key: "prod",
      to: next,
      onlyPlan: false,
      agreement: { yes: true, ask: null },
      progress: { ...silentProgress, note: (text) => void this.notes.push(text) },
      limitMs: 6000,
      ...given,
    };
    return cutOver(request, this.#ports());
  }

  #ports(): CutoverPorts {
    let asked = 0;
    let time = 0;
    const settings = () => readAccount(this.text, file);
    return {
      account: {
        stack: "account",
        file,
        settings: settings(),
        text: this.text,
        planned: () => Promise.resolve(this.changes),
        write: (text) => {
          this.done.push("write");
          this.text = text;
          return Promise.resolve();
        },
        up: () => {
          this.done.push("up");
          if (this.upFails) return Promise.reject(new Error("pulumi up of stack account ended with 255"));
          this.address = settings().targets["prod"]?.address ?? "";
          return Promise.resolve();
        },
      },
      zone: { addressRecords: () => Promise.resolve([record(this.address)]) },
      look: (address) => {
        this.done.push(`look ${address}`);
        return Promise.resolve(this.view);
      },
      ask: () => {
        const answers = this.answers[Math.min(asked, this.answers.length - 1)];
        asked += 1;
        return Promise.resolve(answers ?? [{ server: "ns1", addresses: [this.address] }]);
      },
      now,
      clock: {
        now: () => time,
        pause: (milliseconds) => {
          time += milliseconds;
          return Promise.resolve();
        },
      },
    };
  }
}

test("looks at the host, writes the setting, brings the account up, and waits for the name servers", async () => {
  const world = new World();
  world.answers = [
    [
      { server: "ns1", addresses: [next] },
      { server: "ns2", addresses: [former] },
    ],
    [
      { server: "ns1", addresses: [next] },
      { server: "ns2", addresses: [next] },
    ],
  ];
  await world.run();
  assert.deepEqual(world.done, [`look ${next}`, "write", "up"]);
  assert.deepEqual(readAccount(world.text, file).targets, {
    prod: { address: next, at: "20270201T030405Z", before: former },
  });
  for (const kept of ["# What outlives every machine.", "# never public", "secure: v1:abc"])
    assert.ok(world.text.includes(kept), kept);
  assert.ok(world.notes.some((line) => line.includes('- targets.prod.address: "203.0.113.7"')));
});

test("can be undone, without a look at either host", async () => {
  const world = new World();
  await world.run();
  world.done.length = 0;
  await world.run({ to: null });
  assert.deepEqual(world.done, ["write", "up"]);
  assert.equal(world.address, former);
});

test("a second run finds all done, and changes nothing", async () => {
  const world = new World();
  await world.run();
  world.done.length = 0;
  const { does } = await world.run();
  assert.deepEqual([does, world.done], ["none", [`look ${next}`]]);
});

test("an up that failed half-way says so, and the same command finishes it", async () => {
  const world = new World();
  world.upFails = true;
  await assert.rejects(
    world.run(),
    /ended with 255\ncutover: Pulumi\.account\.yaml names 203\.0\.113\.9 already, .* pulumi up --stack account finishes it\. \.\/kaleem cutover --stack prod --undo goes back\.$/s,
  );
  assert.equal(world.address, former);
  world.upFails = false;
  const { does } = await world.run();
  assert.deepEqual([does, world.address], ["finish", next]);
});

test("a plan is shown, and nothing done", async () => {
  const world = new World();
  await world.run({ onlyPlan: true });
  assert.deepEqual([world.done, world.text], [[`look ${next}`], accountText]);
  assert.ok(world.notes.includes("  to       203.0.113.9"));
});

const untouched: readonly [title: string, spoil: (world: World) => Partial<CutoverRequest>, says: RegExp][] =
  [
    [
      "a closed host",
      (world) => {
        world.view = { ...world.view, status: { ...world.view.status, closed: true } };
        return {};
      },
      /got a closed one.*\ncutover: nothing was changed; the record is where it was\.$/s,
    ],
    [
      "a record that somebody else changed",
      (world) => {
        world.address = "198.51.100.1";
        return {};
      },
      /somebody else changed it/,
    ],
    [
      "an account that would change otherwise too",
      (world) => {
        world.changes = [move, { name: "prod", type: "cloudflare:index/r2Bucket:R2Bucket", kind: "delete" }];
        return {};
      },
      /expected the record to be all that changes, got also delete of prod/,
    ],
    [
      "nobody who agrees",
      () => ({ agreement: { yes: false, ask: null } }),
      /nobody is here to agree; nothing was changed\. Add --yes\./,
    ],
    [
      "an answer that is no yes",
      () => ({ agreement: { yes: false, ask: () => Promise.resolve("n") } }),
      /not agreed to; nothing was changed/,
    ],
  ];

for (const [title, spoil, says] of untouched)
  test(`${title} leaves setting and record as they are`, async () => {
    const world = new World();
    await assert.rejects(world.run(spoil(world)), says);
    assert.ok(!world.done.includes("write") && !world.done.includes("up"));
    assert.equal(world.text, accountText);
  });

test("name servers that do not follow in time are told with their answers, and how to go back", async () => {
  const world = new World();
  world.answers = [
    [
      { server: "ns1", addresses: [former] },
      { server: "ns2", addresses: "queryA ETIMEOUT" },
    ],
  ];
  await assert.rejects(
    world.run(),
    /it was changed, and within 6 s not every name server gave 203\.0\.113\.9; the last answers: ns1: 203\.0\.113\.7; ns2: queryA ETIMEOUT\. .*--undo to go back/,
  );
});

test("of a proxied name no address is awaited: it has Cloudflare's", async () => {
  const world = new World();
  world.text = accountText.replace(
    "{ name: kaleem.example.com }",
    "{ name: kaleem.example.com, proxied: true }",
  );
  world.answers = [[{ server: "ns1", addresses: ["198.51.100.200"] }]];
  await world.run();
  assert.equal(world.address, next);
});
