import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { setSecrets } from "../../toolchain/engine/stack.ts";
import { issuedFor } from "../../operator/policy/trial-certificate.ts";
import { silentProgress } from "../../workstation/progress.ts";
import { bringUp } from "../../operator/deploy/bring-up.ts";
import { EdgeClient } from "../../recovery/business/edge-client.ts";
import { edgeOf, hostOf, instanceOf, stackOf, testStack } from "./support/test-stack.ts";

const instance = instanceOf(testStack.name);
const stack = stackOf(testStack.name);
const host = hostOf(testStack.name);

async function bash(script: string): Promise<string> {
  return (await host.run(["bash", "-c", script], { timeoutMs: 60_000 })).stdout.trim();
}

const nginx = "docker ps --quiet --filter label=com.docker.swarm.service.name=nginx";
/** Another task, or the same started anew, would have another id or time. */
const running = () => bash(`docker inspect --format '{{.Id}} {{.State.StartedAt}}' $(${nginx})`);

test("plain HTTP leads to HTTPS, and only the pinned certificate is trusted there", async () => {
  const answer = await fetch(`http://127.0.0.1:${instance.machine.ports.http}/api/orders`, {
    redirect: "manual",
  });
  assert.deepEqual([answer.status, answer.headers.get("location")], [308, "https://localhost/api/orders"]);
  const target = await edgeOf(testStack.name);
  const client = new EdgeClient(target, 5000);
  assert.equal((await client.get("/api/health")).status, 200);
  client.close();
  const stranger = new EdgeClient({ ...target, ca: issuedFor("localhost").authority.certificate }, 5000);
  await assert.rejects(stranger.get("/api/health"), /self-signed certificate|unable to verify/);
  stranger.close();
});

/** The replicas that answered in the last seconds, by the access log of the edge. */
async function answering(): Promise<Set<string>> {
  const client = new EdgeClient(await edgeOf(testStack.name), 5000);
  try {
    const answers = await Promise.all(Array.from({ length: 12 }, () => client.get("/api/health")));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  } finally {
    client.close();
  }
  await delay(1_100); // The log is written once a second.
  const lines = (await bash(`docker logs --tail 12 $(${nginx})`)).split("\n");
  return new Set(lines.map((line) => (JSON.parse(line) as { upstream: string }).upstream));
}

/** The addresses of the service's healthy tasks, as Swarm's DNS gives them to the edge. */
const known = async (): Promise<Set<string>> =>
  new Set(
    (
      await bash(`docker exec $(${nginx}) getent ahostsv4 tasks.api | awk '{print $1 ":3000"}' | sort -u`)
    ).split("\n"),
  );

test("replicas that come and go are used and dropped soon, without a reload and without a failure", async (t) => {
  const before = await running();
  for (const replicas of [3, 1, 2]) {
    await bash(`docker service scale --detach api=${replicas}`);
    await until(`${replicas} replicas in DNS`, 90_000, async () => (await known()).size === replicas);
    const wanted = [...(await known())].sort().join();
    const took = await until(
      `${replicas} replicas used`,
      15_000, // Looking takes seconds itself; the edge's own 5 s are held in its live test.
      async () => [...(await answering())].sort().join() === wanted,
    );
    t.diagnostic(`${replicas} replicas: the edge used just these ${took} ms after Swarm's DNS had them`);
  }
  assert.equal(await running(), before, "the edge's task is the same");
});

test("a given certificate takes over from the self-signed one and gives way again, by reloads alone", async () => {
  const before = await running();
  const given = issuedFor("localhost");
  const { context } = await bringUp({ stack, progress: silentProgress });
  await setSecrets(context, new Map([["kaleem:edge-tls-key", given.key]]));
  const tls = { kind: "cloudflare-origin", certificate: given.certificate };
  const { edge } = await bringUp({ stack, progress: silentProgress, settings: { edge: { tls } } });
  assert.ok(given.certificate.startsWith(edge.ca?.trim() ?? "none"), "the edge shows the given one");
  const answer = await new EdgeClient(edge, 5000).get("/api/health");
  assert.equal(answer.status, 200);

  const another = { kind: "files", certificate: issuedFor("localhost").certificate };
  await assert.rejects(
    bringUp({ stack, progress: silentProgress, settings: { edge: { tls: another } } }),
    /edge\.tls\.certificate: certificate of CN=localhost: expected the certificate of the key edge-tls-key/,
  );
  assert.equal(
    (await new EdgeClient(edge, 5000).get("/api/health")).status,
    200,
    "the old one goes on serving",
  );

  const own = await bringUp({ stack, progress: silentProgress });
  assert.equal((await new EdgeClient(own.edge, 5000).get("/api/health")).status, 200);
  assert.equal(
    await bash("ls /etc/kaleem/edge/tls"),
    "self-signed.crt\nself-signed.pem",
    "the given key is gone",
  );
  assert.equal(await running(), before, "the edge's task is the same");
});

/** How long it took until it held, to the moment at which that was asked: the asking itself takes a second or two. */
async function until(what: string, limitMs: number, holds: () => Promise<boolean>): Promise<number> {
  const begun = Date.now();
  for (;;) {
    const asked = Date.now() - begun;
    if (asked > limitMs) assert.fail(`${what}: not within ${limitMs} ms`);
    if (await holds()) return asked;
    await delay(200);
  }
}
