import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { before, describe, it } from "node:test";
import { ApiClient } from "../../../../toolchain/providers/cloudflare/api-client.ts";
import { cloudflareProvider } from "../../../../toolchain/providers/cloudflare/cloudflare-provider.ts";
import { diffProviderConfig } from "../../../../toolchain/providers/cloudflare/provider-config.ts";
import { Secret, unknown } from "../../../../toolchain/providers/protocol/value.ts";
import { idleContext } from "../recorded-calls.ts";

const signal = new AbortController().signal;
const context = idleContext("cloudflare");

/** A server that gives these answers in turn, and how often it was asked. */
async function answering(
  ...answers: readonly (readonly [status: number, body: unknown, headers?: Record<string, string>])[]
) {
  let asked = 0;
  const server = createServer((_, response) => {
    const [status, body, headers] = answers[Math.min(asked, answers.length - 1)] ?? ([500, {}] as const);
    asked += 1;
    response.writeHead(status, headers);
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const stop = async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { client: new ApiClient({ baseUrl, token: "t" }), asked: () => asked, stop };
}

describe("the client of Cloudflare's API", () => {
  it("waits as it is told when it is too fast, and goes on", async () => {
    const api = await answering([429, {}, { "retry-after": "1" }], [503, {}], [200, { result: 7 }]);
    try {
      assert.equal(await api.client.call({ method: "GET", path: "/x", signal }), 7);
      assert.equal(api.asked(), 3);
    } finally {
      await api.stop();
    }
  });

  it("repeats nothing that was refused for good, and calls a gone thing gone", async () => {
    const api = await answering([409, { errors: [] }], [404, {}]);
    try {
      await assert.rejects(
        api.client.call({ method: "POST", path: "/x", signal }),
        /: 409 Conflict \{"errors":\[\]\}$/,
      );
      assert.equal(await api.client.find({ method: "GET", path: "/x", signal }), undefined);
      assert.equal(api.asked(), 2);
    } finally {
      await api.stop();
    }
  });

  it("says what answers no JSON, and what does not answer", async () => {
    const api = await answering([200, "<html>"]);
    await assert.rejects(
      api.client.call({ method: "GET", path: "/x", signal }),
      /the answer to GET \/x is no JSON/,
    );
    await api.stop();
    await assert.rejects(
      api.client.call({ method: "GET", path: "/x", signal }),
      /failed to make http request: GET ".*": .*ECONNREFUSED/,
    );
  });

  it("asks nothing without a token", async () => {
    const client = new ApiClient({ baseUrl: "http://127.0.0.1:1", token: undefined });
    await assert.rejects(
      client.call({ method: "GET", path: "/x", signal }),
      /expected an API token, got none/,
    );
  });
});

describe("the stand-in's own configuration", () => {
  const provider = cloudflareProvider({});
  const check = (news: object) => provider.checkConfig?.({ ...news }, context);

  it("takes a token and an address, and makes the token a secret", () => {
    const checked = check({ apiToken: "abc_DEF-1", baseUrl: "http://127.0.0.1:1", version: "6.22.1" });
    assert.ok(checked);
    assert.deepEqual(checked.failures, []);
    assert.ok(checked.inputs["apiToken"] instanceof Secret);
  });

  it("refuses a token of the newer form, as the official plugin, and settings that it does not have, without showing them", () => {
    const reasons = check({ apiToken: "hidden.dotted", email: "hidden@example.com" })?.failures?.map(
      ({ reason }) => reason,
    );
    assert.deepEqual(reasons, [
      "email: the stand-in cloudflare provider does not know this setting, only apiToken and baseUrl. Use the official cloudflare plugin for it.",
      "apiToken: expected a token of letters, digits, _ and -, got another (not shown).",
    ]);
  });

  it("takes a changed token for an update, and the same one for nothing", () => {
    const [old, same] = [{ apiToken: "a" }, { apiToken: new Secret("a") }];
    assert.equal(diffProviderConfig(old, same), undefined);
    assert.deepEqual(diffProviderConfig(old, { apiToken: "b" })?.detailedDiff, {
      apiToken: { kind: "UPDATE", inputDiff: true },
    });
  });
});

describe("the stand-in's resource types", () => {
  const provider = cloudflareProvider({});
  before(() => provider.configure({ apiToken: "t" }, context));
  const type = (name: string) => {
    const found = provider.types.find(({ token }) => token.endsWith(`:${name}`));
    assert.ok(found);
    return found;
  };
  const olds = {};
  const randomSeed = new Uint8Array(32);

  it("refuse properties that they do not know, that are missing or of another kind, all at once", async () => {
    const { failures } = await type("DnsRecord").check(
      { news: { zoneId: "z", type: 7, ttl: unknown, priority: 5 }, olds, randomSeed },
      context,
    );
    assert.deepEqual(
      failures?.map(({ reason }) => reason),
      [
        "priority: the stand-in cloudflare provider does not know this property of cloudflare:index/dnsRecord:DnsRecord; it knows comment, content, name, proxied, ttl, type, zoneId. Use the official cloudflare plugin for it.",
        "name: is missing; expected a text.",
        "type: expected a text.",
      ],
    );
  });

  it("ask for another resource when its account, zone, name of a bucket or type of a record changes", async () => {
    for (const [name, state, property] of [
      ["R2Bucket", { accountId: "a", name: "b" }, "name"],
      ["R2BucketLock", { accountId: "a", bucketName: "b" }, "bucketName"],
      ["AccountToken", { accountId: "a", name: "n", policies: [] }, "accountId"],
      ["DnsRecord", { zoneId: "z", name: "n", type: "A", ttl: 60 }, "type"],
    ] as const) {
      const news = { ...state, [property]: "other" };
      const known = {
        id: "i",
        state: { jurisdiction: "default", storageClass: "Standard", ...state },
        news,
        oldInputs: state,
        ignoreChanges: [],
      };
      assert.deepEqual((await type(name).diff(known, context)).replaces, [property], name);
    }
  });

  it("take a value that is not known yet for a change", async () => {
    const state = { zoneId: "z", name: "n", type: "A", ttl: 60, content: "203.0.113.7" };
    const known = {
      id: "i",
      state,
      news: { ...state, content: unknown },
      oldInputs: state,
      ignoreChanges: [],
    };
    assert.deepEqual((await type("DnsRecord").diff(known, context)).diffs, ["content", "modifiedOn"]);
  });

  it("say of what cannot be imported that it cannot, and how an id is written of what can", async () => {
    const asked = { id: "x", state: {}, inputs: {} };
    await assert.rejects(
      async () => type("R2BucketLock").read?.(asked, context),
      /a bucket's lock cannot be imported/,
    );
    await assert.rejects(
      async () => type("R2Bucket").read?.(asked, context),
      /expected <account id>\/<bucket>\/<jurisdiction>, got "x"/,
    );
    await assert.rejects(
      async () => type("DnsRecord").read?.(asked, context),
      /expected <zone id>\/<record id>, got "x"/,
    );
  });
});
