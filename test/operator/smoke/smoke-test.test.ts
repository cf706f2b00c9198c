import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { sampleCheck } from "../../catalog/sample-catalog.ts";
import type { BusinessCheck, BusinessChecks } from "../../../contract/business-check.ts";
import { checkSignature } from "../../../local/app/webhooks/signature.ts";
import { smokeTest, type SmokeStep } from "../../../operator/smoke/smoke-test.ts";

/** Those of the local stack, with less patience. */
const soon = ({ reads, ...check }: BusinessCheck): BusinessCheck => ({
  ...check,
  reads: Object.fromEntries(
    Object.entries(reads).map(([name, read]) => [name, { ...read, withinMs: read.withinMs === 0 ? 0 : 60 }]),
  ),
});
const checks: BusinessChecks = {
  order: soon(sampleCheck("order")),
  webhook: soon(sampleCheck("webhook")),
};
const key = "signing key of the partners";

interface Answer {
  readonly status: number;
  readonly body: unknown;
}
/** What the applications say; tests spoil one: undefined stands for what they say when all is well. */
let spoil: (method: string, path: string) => Answer | undefined;
let placed: Record<string, unknown> | undefined;
let asked: string[] = [];

const server = createServer((request, response) => {
  let text = "";
  request.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  request.on("end", () => {
    const [method, path] = [request.method ?? "", request.url ?? ""];
    asked.push(`${method} ${path}`);
    const header = request.headers["x-kaleem-signature"];
    const call = { source: "smoke", body: Buffer.from(text) };
    const { status, body } =
      spoil(method, path) ?? well(path, text, checkSignature(key, String(header), call, Date.now() / 1000));
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
});

function well(path: string, text: string, signature: ReturnType<typeof checkSignature>): Answer {
  if (path === "/api/health") return { status: 200, body: { status: "ok" } };
  if (path === "/webhooks/smoke")
    return "why" in signature
      ? { status: 401, body: { error: signature.why } }
      : { status: 202, body: { id: "w1" } };
  if (path === "/api/webhooks/w1") return { status: 200, body: { id: "w1", source: "smoke" } };
  if (path === "/api/orders") {
    placed = { id: "o1", ...(JSON.parse(text) as object) };
    return { status: 201, body: placed };
  }
  return { status: 200, body: placed };
}

beforeEach(async () => {
  spoil = () => undefined;
  asked = [];
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
});

async function run(declared = checks): Promise<readonly string[]> {
  const said: SmokeStep[] = [];
  const steps = await smokeTest({
    edge: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    checks: declared,
    sign: (secret, text) => {
      if (secret !== "webhooks-signing-key") throw new Error(`no application has the secret ${secret}`);
      return Promise.resolve(createHmac("sha256", key).update(text).digest("hex"));
    },
    onStep: (step) => said.push(step),
    everyMs: 5,
  });
  assert.deepEqual(steps, said);
  for (const { milliseconds } of steps) assert.ok(milliseconds >= 0);
  return steps.map(({ name, ok, sentence }) => `${ok ? "ok" : "NO"} ${name}: ${sentence}`);
}

const failures = (steps: readonly string[]) => steps.filter((step) => step.startsWith("NO"));

test("makes each check once, and says each read as soon as it is proved", async () => {
  assert.deepEqual(await run(), [
    "ok edge: says that it serves",
    "ok order: o1 acknowledged",
    "ok order: redis: read back unaltered",
    "ok order: mongo: read back unaltered",
    "ok order: qdrant: read back unaltered",
    "ok order: edge: read back unaltered",
    "ok order: receipt: read back unaltered",
    "ok webhook: w1 accepted".replace("accepted", "acknowledged"),
    "ok webhook: recorded: read back",
  ]);
});

test("a stack that declares none has its edge asked, and no more", async () => {
  assert.deepEqual(await run({}), ["ok edge: says that it serves"]);
  assert.deepEqual(asked, ["GET /api/health"]);
  spoil = () => ({ status: 503, body: { error: "closed" } });
  assert.deepEqual(await run({}), ['NO edge: does not serve: 503 {"error":"closed"}']);
});

test("waits for a worker, within its time", async () => {
  let looks = 0;
  spoil = (_method, path) =>
    path.endsWith("/kept/minio") && ++looks < 4 ? { status: 404, body: {} } : undefined;
  assert.deepEqual(failures(await run()), []);
  assert.equal(looks, 4);
});

const at = (end: string, answer: Answer) => (_method: string, path: string) =>
  path.endsWith(end) ? answer : undefined;
const spoiled: readonly [title: string, spoil: typeof spoil, failure: RegExp][] = [
  [
    "what a store lacks",
    at("/kept/mongo", { status: 404, body: {} }),
    /^NO order: mongo: it is not there \(404\)$/,
  ],
  [
    "what a store altered",
    at("/kept/redis", { status: 200, body: { id: "o1" } }),
    /^NO order: redis: it is altered: \$ is not what was acknowledged$/,
  ],
  [
    "a message that no worker takes",
    at("/kept/minio", { status: 404, body: {} }),
    /^NO order: receipt: it is not there \(404\), after 0\.06 s$/,
  ],
  [
    "a store that does not answer",
    at("/kept/qdrant", { status: 503, body: {} }),
    /^NO order: qdrant: could not be read: 503$/,
  ],
  [
    "a write that is refused",
    at("/api/orders", { status: 503, body: { error: "qdrant cannot be reached" } }),
    /^NO order: not acknowledged: 503: .*qdrant cannot be reached/,
  ],
  [
    "a write that is confirmed differently",
    at("/api/orders", { status: 201, body: { id: "o1", seq: 3 } }),
    /^NO order: not acknowledged: write 2000000000 was confirmed as .*: \$\.seq is 3, not 2000000000; /,
  ],
  [
    "a record of another source",
    at("/api/webhooks/w1", { status: 200, body: { source: "bank" } }),
    /^NO webhook: recorded: it is altered: \$\.source is "bank", not "smoke", after 0\.06 s$/,
  ],
];
for (const [title, spoiling, failure] of spoiled) {
  test(`fails for ${title}`, async () => {
    spoil = spoiling;
    assert.match(failures(await run())[0] ?? "nothing failed", failure);
  });
}

test("fails for a call that cannot be signed, and for a signature that is not believed", async () => {
  const { webhook } = checks;
  assert.ok(webhook?.write.sign !== undefined);
  const signed = (change: object): BusinessChecks => ({
    webhook: { ...webhook, write: { ...webhook.write, sign: { ...webhook.write.sign, ...change } as never } },
  });
  assert.match(
    failures(await run(signed({ secret: "another-key" })))[0] ?? "",
    /^NO webhook: not acknowledged: could not be signed: no application has the secret another-key$/,
  );
  assert.match(
    failures(await run(signed({ text: "{body}" })))[0] ?? "",
    /^NO webhook: not acknowledged: 401: .*the signature does not match/,
  );
});
