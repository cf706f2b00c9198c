import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError } from "../../../components/config/config-error.ts";
import { parseAccount } from "../../../components/config/parse-account.ts";

const token = "abcdefghijklmnopqrstuvwxyz-0123456789_ABC";

type Block = Record<string, unknown>;
/** What tests spoil one thing in. */
interface Settings {
  readonly account: Block & { buckets: Record<string, Block>; records: Record<string, Block> };
  targets: Record<string, Block>;
  readonly adopt: Record<string, Block>;
}

/** A whole configuration of an account. */
function valid(): Settings {
  return {
    account: {
      kind: "cloudflare",
      id: "0123456789abcdef0123456789abcdef",
      zone: "fedcba9876543210fedcba9876543210",
      buckets: {
        prod: { bucket: "kaleem-prod-backup", location: "weur" },
        staging: { bucket: "kaleem-staging-backup", location: "weur" },
      },
      records: { prod: { name: "kaleem.example.com" } },
    },
    targets: { prod: { address: "203.0.113.7", at: "20270131T120000Z" } },
    adopt: {},
  };
}

function parse(settings: object, secret = token, encrypted = true) {
  const values = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, JSON.stringify(value)]),
  );
  return parseAccount({
    file: "Pulumi.account.yaml",
    values: { ...values, "cloudflare-api-token": secret },
    encrypted: new Set(encrypted ? ["cloudflare-api-token"] : []),
  });
}

function problems(settings: object, secret?: string, encrypted?: boolean): readonly string[] {
  try {
    parse(settings, secret, encrypted);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.ok(!error.message.includes("not-a-token"), "the secret is shown");
    return error.problems;
  }
}

describe("an account's configuration", () => {
  it("is read, with what is left out filled in", () => {
    const { account, adopt } = parse(valid());
    assert.deepEqual(account.buckets["prod"], {
      bucket: "kaleem-prod-backup",
      location: "weur",
      jurisdiction: "default",
      prefix: "",
      lockFor: "336h",
      keptFor: "360h",
      abortUploadsAfter: "168h",
      expire: [],
      keys: { host: [1], drill: [1] },
    });
    assert.deepEqual(adopt, { buckets: {}, records: {} });
  });

  const refused: readonly [what: string, spoil: (settings: Settings) => void, says: readonly string[]][] = [
    [
      "no account's id",
      (s) => delete s.account["id"],
      ["account.id: missing; expected an account's id of 32 digits from 0-9 and a-f"],
    ],
    ["another kind", (s) => (s.account["kind"] = "aws"), ['account.kind: expected cloudflare, got "aws"']],
    [
      "a misspelt key in a bucket",
      (s) => (s.account.buckets["prod"] = { ...s.account.buckets["prod"], lockfor: "336h" }),
      ["account.buckets.prod.lockfor: unknown key; did you mean lockFor?"],
    ],
    [
      "a machine's key",
      (s) => Object.assign(s, { dataVolume: {} }),
      ["dataVolume: unknown key; known here: account, adopt, cloudflare-api-token, targets"],
    ],
    [
      "a location that R2 has not",
      (s) => (s.account.buckets["prod"] = { ...s.account.buckets["prod"], location: "frankfurt" }),
      ['account.buckets.prod.location: expected apac, eeur, enam, oc, weur, wnam, got "frankfurt"'],
    ],
    [
      "a lock as long as points are kept",
      (s) => (s.account.buckets["prod"] = { ...s.account.buckets["prod"], lockFor: "360h" }),
      [
        "account.buckets.prod.lockFor: expected less than keptFor (360h), since what the lock holds cannot be forgotten, got 360h; lengthen both keptFor and the stack's backups.keepOffsite.within, or shorten the lock",
      ],
    ],
    [
      "a lock that is weaker than the one that was found",
      (s) => (s.adopt["buckets"] = { prod: { lockedFor: "720h" } }),
      [
        "account.buckets.prod.lockFor: expected 720h or more, for which the bucket's lock held when it was found, got 336h; a lock is never weakened",
      ],
    ],
    [
      "an expiry of the repository",
      (s) =>
        (s.account.buckets["prod"] = {
          ...s.account.buckets["prod"],
          expire: [{ prefix: "restic/data", after: "24h" }],
        }),
      [
        'account.buckets.prod.expire.0.prefix: expected one apart from what a recovery reads, got "restic/data", which takes restic/ along; choose another',
      ],
    ],
    [
      "an expiry of everything",
      (s) =>
        (s.account.buckets["prod"] = {
          ...s.account.buckets["prod"],
          expire: [{ prefix: "", after: "24h" }],
        }),
      [
        'account.buckets.prod.expire.0.prefix: expected one apart from what a recovery reads, got "", which takes restic/ along; choose another',
      ],
    ],
    [
      "an expiry that begins like the stack's prefix",
      (s) =>
        (s.account.buckets["prod"] = {
          ...s.account.buckets["prod"],
          prefix: "deep",
          expire: [{ prefix: "de", after: "24h" }],
        }),
      [
        'account.buckets.prod.expire.0.prefix: expected one apart from what a recovery reads, got "de", which takes deep/restic/ along; choose another',
      ],
    ],
    [
      "one bucket twice",
      (s) => (s.account.buckets["staging"] = { ...s.account.buckets["prod"] }),
      ["account.buckets.staging.bucket: expected a bucket of its own, got that of prod; declare it once"],
    ],
    [
      "three key pairs at once",
      (s) => (s.account.buckets["prod"] = { ...s.account.buckets["prod"], keys: { host: [1, 2, 3] } }),
      [
        "account.buckets.prod.keys.host: expected one or two key pairs: the one in use, and its successor, got [1,2,3]",
      ],
    ],
    [
      "one generation twice",
      (s) => (s.account.buckets["prod"] = { ...s.account.buckets["prod"], keys: { host: [2, 2] } }),
      ["account.buckets.prod.keys.host: expected each number once, got [2, 2]; take one out"],
    ],
    [
      "records without a zone",
      (s) => delete s.account["zone"],
      ["account.zone: missing; expected the id of the zone that the records are in"],
    ],
    [
      "a short name",
      (s) => (s.account.records["prod"] = { name: "kaleem" }),
      [
        'account.records.prod.name: expected a whole name such as kaleem.example.com, got "kaleem"; write the whole name, the zone\'s included',
      ],
    ],
    [
      "an address for a name",
      (s) => (s.account.records["prod"] = { name: "203.0.113.7" }),
      [
        'account.records.prod.name: expected a whole name such as kaleem.example.com, got "203.0.113.7"; an address is no name; the address is set by a target',
      ],
    ],
    [
      "a name for an address",
      (s) => (s.targets["prod"] = { address: "host.example.com", at: "20270131T120000Z" }),
      [
        'targets.prod.address: expected an IPv4 or IPv6 address, got "host.example.com"; write the machine\'s public address',
      ],
    ],
    [
      "an IPv6 address that is written otherwise than it is answered",
      (s) => (s.targets["prod"] = { address: "2001:db8:0::7", at: "20270131T120000Z" }),
      ['targets.prod.address: expected an IPv4 or IPv6 address, got "2001:db8:0::7"; write 2001:db8::7'],
    ],
    [
      "a day that no calendar has",
      (s) => (s.targets["prod"] = { address: "203.0.113.7", at: "20270231T120000Z" }),
      [
        'targets.prod.at: expected an instant such as 20270131T120000Z, got "20270231T120000Z"; write 20270303T120000Z',
      ],
    ],
    [
      "a target of no record",
      (s) => (s.targets["pord"] = { address: "203.0.113.7", at: "20270131T120000Z" }),
      ["targets.pord: expected one of account.records, got no such name; known: prod"],
    ],
    [
      "an adopted record without its present address",
      (s) => {
        s.adopt["records"] = { prod: "11111111111111111111111111111111" };
        s.targets = {};
      },
      ["adopt.records.prod: expected its present address in targets.prod, got nothing; write it there"],
    ],
  ];
  for (const [what, spoil, says] of refused) {
    it(`is refused with ${what}`, () => {
      const settings = valid();
      spoil(settings);
      assert.deepEqual(problems(settings), says);
    });
  }

  it("is refused without its token, with one in plain, and with one of the form that the provider refuses; none is shown", () => {
    const set = "set it with: pulumi config set --secret cloudflare-api-token";
    assert.deepEqual(problems(valid(), ""), [`cloudflare-api-token: missing secret; ${set}`]);
    assert.deepEqual(problems(valid(), "not-a-token-in-plain-text", false), [
      `cloudflare-api-token: a secret in plain text; ${set}`,
    ]);
    assert.deepEqual(problems(valid(), "not-a-token.with.dots.in.it"), [
      `cloudflare-api-token: expected an API token of 20 or more letters, digits, _ and -; the value is not shown; ${set}`,
    ]);
  });

  it("tells every problem at once", () => {
    const settings = valid();
    settings.account["id"] = "x";
    settings.targets["prod"] = { address: "203.0.113.7", at: "soon" };
    assert.equal(problems(settings, "").length, 3);
  });
});
