import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { CloudflareEmulator } from "../../../../local/cloud/cloudflare/emulator.ts";

const account = "0123456789abcdef0123456789abcdef";
const zone = "fedcba9876543210fedcba9876543210";
const [all, reader] = ["all", "reader"];
const writeGroup = "2efd5506f9c8494dacb1fa10a3e7d5b6";

describe("the emulated API of Cloudflare", () => {
  let emulator: CloudflareEmulator;
  before(async () => {
    emulator = await CloudflareEmulator.start({
      id: account,
      zones: { [zone]: "example.com" },
      tokens: { [all]: ["r2 write", "tokens write", "dns write"], [reader]: ["r2 read", "dns read"] },
    });
  });
  after(() => emulator.stop());

  interface Answer {
    readonly success: boolean;
    readonly errors: readonly { readonly code: number; readonly message: string }[];
    readonly result: Record<string, unknown> & { readonly buckets?: unknown[] };
    readonly result_info?: Record<string, unknown>;
  }
  const call = async (method: string, path: string, body?: unknown, token = all) => {
    const response = await fetch(`${emulator.baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, ...((await response.json()) as Answer) };
  };
  const refused = async (work: ReturnType<typeof call>, status: number, code: number, says: RegExp) => {
    const answer = await work;
    assert.equal(answer.status, status);
    assert.equal(answer.success, false);
    assert.equal(answer.errors[0]?.code, code);
    assert.match(answer.errors[0].message, says);
  };
  const buckets = `/accounts/${account}/r2/buckets`;
  const records = `/zones/${zone}/dns_records`;
  const tokens = `/accounts/${account}/tokens`;
  const record = (more: object) => ({
    name: "a.example.com",
    type: "A",
    content: "203.0.113.7",
    ttl: 60,
    proxied: false,
    ...more,
  });

  it("refuses an unknown token, one without the permission, and another's account, all alike", async () => {
    await refused(call("GET", buckets, undefined, "nobody"), 403, 10_000, /Authentication error/);
    await refused(call("POST", buckets, { name: "x-bucket" }, reader), 403, 10_000, /Authentication error/);
    await refused(call("POST", tokens, {}, reader), 403, 10_000, /Authentication error/);
    await refused(call("GET", `/accounts/${zone}/r2/buckets`), 403, 10_000, /Authentication error/);
    await refused(
      call("GET", "/zones/00000000000000000000000000000000/dns_records"),
      400,
      7003,
      /Could not route/,
    );
  });

  it("makes a bucket once, gives it R2's own lifecycle, and removes it only when it is empty", async () => {
    const made = await call("POST", buckets, { name: "kaleem-one", locationHint: "eeur" });
    assert.equal(made.result["location"], "EEUR");
    await refused(
      call("POST", buckets, { name: "kaleem-one" }),
      409,
      10_004,
      /already exists, and you own it/,
    );
    await refused(call("POST", buckets, { name: "No" }), 400, 10_005, /not valid/);
    const lifecycle = await call("GET", `${buckets}/kaleem-one/lifecycle`);
    assert.equal((lifecycle.result["rules"] as { id: string }[])[0]?.id, "Default Multipart Abort Rule");
    emulator.buckets.putObject("kaleem-one", "kit/stack.yaml");
    await refused(call("DELETE", `${buckets}/kaleem-one`), 409, 10_008, /not empty/);
    await refused(call("GET", `${buckets}/kaleem-two`), 404, 10_006, /does not exist/);
    assert.equal((await call("POST", buckets, { name: "kaleem-two" })).status, 200);
    assert.equal((await call("DELETE", `${buckets}/kaleem-two`)).status, 200);
  });

  it("replaces a lifecycle and a lock whole, whoever made the rules that were there", async () => {
    for (const part of ["lifecycle", "lock"]) {
      await call("PUT", `${buckets}/kaleem-one/${part}`, { rules: [{ id: "a" }, { id: "b" }] });
      await call("PUT", `${buckets}/kaleem-one/${part}`, { rules: [{ id: "c" }] });
      assert.deepEqual((await call("GET", `${buckets}/kaleem-one/${part}`)).result, { rules: [{ id: "c" }] });
    }
    await refused(
      call("PUT", `${buckets}/kaleem-one/lock`, { rules: [{ id: "a" }, { id: "a" }] }),
      400,
      10_060,
      /unique/,
    );
  });

  it("tells buckets, records and tokens page by page", async () => {
    for (const name of ["kaleem-a", "kaleem-b", "kaleem-c"]) await call("POST", buckets, { name });
    const first = await call("GET", `${buckets}?per_page=2`);
    const cursor = String(first.result_info?.["cursor"]);
    const second = await call("GET", `${buckets}?per_page=2&cursor=${cursor}`);
    const names = [...(first.result.buckets ?? []), ...(second.result.buckets ?? [])] as { name: string }[];
    assert.deepEqual(
      names.map(({ name }) => name),
      ["kaleem-a", "kaleem-b", "kaleem-c", "kaleem-one"],
    );
    for (const last of [1, 2, 3])
      await call("POST", records, record({ name: `p.example.com`, content: `203.0.113.${String(last)}` }));
    const page = await call("GET", `${records}?name=p.example.com&per_page=2&page=2`);
    assert.equal((page.result as unknown as unknown[]).length, 1);
    assert.equal(page.result_info?.["total_pages"], 2);
  });

  it("refuses records that are alike, that stand beside a CNAME, and that no resolver would take", async () => {
    const made = await call("POST", records, record({}));
    await refused(call("POST", records, record({})), 400, 81_058, /identical record already exists/);
    await refused(
      call("POST", records, record({ type: "CNAME", content: "b.example.com" })),
      400,
      81_053,
      /already exists/,
    );
    await refused(call("POST", records, record({ content: "nowhere" })), 400, 9005, /invalid/);
    await refused(
      call("POST", records, record({ content: "203.0.113.9", ttl: 5 })),
      400,
      9021,
      /Invalid TTL/,
    );
    await refused(
      call("POST", records, record({ content: "203.0.113.9", proxied: true })),
      400,
      9021,
      /TTL 1/,
    );
    const id = String(made.result["id"]);
    assert.equal(
      (await call("PUT", `${records}/${id}`, record({ content: "203.0.113.8" }))).result["id"],
      id,
    );
    assert.deepEqual(emulator.zones.get(zone)?.addresses("a.example.com"), ["203.0.113.8"]);
    assert.equal((await call("DELETE", `${records}/${id}`)).status, 200);
    await refused(call("GET", `${records}/${id}`), 404, 81_044, /does not exist/);
  });

  it("tells a token's value once, and knows the key pair that stands for it until it is revoked", async () => {
    const policies = [
      {
        effect: "allow",
        permission_groups: [{ id: writeGroup }],
        resources: { "com.cloudflare.edge.r2.bucket.x_default_y": "*" },
      },
    ];
    const made = await call("POST", tokens, { name: "host", policies });
    const [id, value] = [String(made.result["id"]), String(made.result["value"])];
    assert.match(value, /^[A-Za-z0-9_-]{40}$/);
    assert.ok(!JSON.stringify(await call("GET", `${tokens}/${id}`)).includes(value));
    assert.ok(!JSON.stringify(await call("GET", tokens)).includes(value));
    const renamed = await call("PUT", `${tokens}/${id}`, { name: "host 2", policies });
    assert.equal(renamed.result["value"], undefined);
    const digest = createHash("sha256").update(value).digest("hex");
    assert.deepEqual(emulator.tokens.ofKeyPair(id, digest), policies);
    assert.equal(emulator.tokens.ofKeyPair(id, value), undefined);
    await call("DELETE", `${tokens}/${id}`);
    assert.equal(emulator.tokens.ofKeyPair(id, digest), undefined);
    await refused(
      call("POST", tokens, {
        name: "host",
        policies: [{ ...policies[0], permission_groups: [{ id: zone }] }],
      }),
      400,
      1001,
      /permission groups that exist/,
    );
  });

  it("refuses what comes too fast, and says how long to wait", async () => {
    emulator.throttle(1, 7);
    const answer = await call("GET", buckets);
    assert.equal(answer.status, 429);
    assert.equal(answer.headers.get("retry-after"), "7");
    assert.equal((await call("GET", buckets)).status, 200);
  });
});
