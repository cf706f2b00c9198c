import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { renderNginxConf } from "../../../components/edge/nginx-conf.ts";
import { edgeIdentity } from "../../../components/edge/tls-files.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { nginxImage } from "../../../local/images/nginx/image.ts";
import { issueCertificate, issuedFor } from "../../../operator/policy/trial-certificate.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { LiveEdge } from "./live-edge.ts";

const serverName = "kaleem.example.com";
const routes = [
  { path: "/", service: "api", port: 3000 },
  { path: "/small/", service: "api", port: 3000, maxBody: "1KiB" },
  { path: "/absent/", service: "absent", port: 9 },
] as const;
const given = issuedFor(serverName);
const renewed = issuedFor(serverName);
const conf = (tls: Parameters<typeof edgeIdentity>[0]) =>
  renderNginxConf({ serverName, maxBody: "64KiB", routes, identity: edgeIdentity(tls) });
const files = conf({ kind: "files", certificate: "" });
/** Trusts what the edge was given, and nothing else. */
const trusting = { ca: given.authority.certificate, servername: serverName, headers: { host: serverName } };

let edge: LiveEdge;
let application = "";

before(async () => {
  const image = (await localImage(nginxImage, silentProgress)).reference;
  edge = new LiveEdge(image);
});
after(async () => edge.remove());

test("a self-signed certificate is made once, stays while it fits, and is what the edge shows", async () => {
  const certificate = edge.makeSelfSigned(serverName);
  const first = readFileSync(certificate, "utf8");
  edge.makeSelfSigned(serverName);
  assert.equal(readFileSync(certificate, "utf8"), first, "it stays");
  assert.equal(edge.installConf(conf({ kind: "self-signed" })), null);
  await edge.start();
  const pinned = { ca: first, servername: serverName };
  const { status, headers, fingerprint } = await edge.ask("https", "/lb-health", pinned);
  assert.deepEqual([status, fingerprint], [200, new X509Certificate(first).fingerprint256]);
  assert.equal(headers["strict-transport-security"], undefined, "no promise that a new machine cannot keep");
  edge.makeSelfSigned("other.example.com");
  assert.notEqual(readFileSync(certificate, "utf8"), first, "another name needs another one");
});

test("a name that nobody has yet keeps nginx neither from starting nor from answering, in JSON", async () => {
  for (const path of ["/", "/absent/x"]) {
    const { status, headers, body } = await edge.ask("https", path, { rejectUnauthorized: false });
    assert.deepEqual(
      [status, JSON.parse(body)],
      [503, { error: "unavailable", message: "The service does not answer. Please try again shortly." }],
    );
    assert.equal(headers["retry-after"], "5");
  }
});

test("a given certificate takes over by a reload: same process, the new chain, and browsers held to TLS", async () => {
  application = await edge.addApplication();
  const before = await edge.started();
  assert.equal(edge.installIdentity(given.key + given.certificate), null);
  await edge.renew(() => edge.installConf(files));
  await edge.until(
    "the application answers",
    async () => (await edge.ask("https", "/", trusting)).status === 200,
  );
  const { headers } = await edge.ask("https", "/", trusting);
  assert.equal(headers["strict-transport-security"], "max-age=31536000");
  assert.equal(await edge.started(), before);
});

async function shown(): Promise<string | undefined> {
  return (await edge.ask("https", "/", { rejectUnauthorized: false })).fingerprint;
}

test("a renewed certificate is shown after a reload, without dropping what is under way", async () => {
  const slow = edge.ask("https", "/slow", trusting);
  await edge.until("the slow one is under way", async () => /"?Writing: [2-9]/.test(await stubStatus()));
  await edge.renew(() => edge.installIdentity(renewed.key + renewed.certificate));
  assert.equal(await shown(), new X509Certificate(renewed.certificate).fingerprint256);
  const { status, body } = await slow;
  assert.deepEqual([status, body.length], [200, 4_002]);
  await edge.renew(() => edge.installIdentity(given.key + given.certificate));
  assert.equal(await shown(), new X509Certificate(given.certificate).fingerprint256);
});

test("a key of another certificate is refused, and the old pair goes on serving", async () => {
  const refusal = edge.installIdentity(renewed.key + given.certificate);
  assert.match(refusal ?? "", /edge: nginx refuses the certificate or its key: .*key values mismatch/);
  assert.doesNotMatch(refusal ?? "", /PRIVATE KEY/);
  // Any run of it; base64 by its look alone would be a long path too.
  const secret = (renewed.key + given.certificate).replaceAll("\n", "");
  for (let at = 0; at + 24 <= secret.length; at += 1)
    assert.ok(
      !refusal?.replaceAll("\n", "").includes(secret.slice(at, at + 24)),
      "a piece of what was given is shown",
    );
  assert.equal((await edge.ask("https", "/", trusting)).status, 200);
});

test("a bad configuration is refused before it is active, with nginx's own words", async () => {
  const bad = { ...files, text: files.text.replace("least_conn;", "least_con;") };
  assert.match(
    edge.installConf(bad) ?? "",
    /edge: nginx refuses the configuration: .*unknown directive "least_con"/,
  );
  assert.equal(readFileSync(join(edge.directory, "nginx.conf"), "utf8"), files.text);
  assert.equal((await edge.ask("https", "/", trusting)).status, 200);
});

test("plain HTTP leads to HTTPS with 308, whatever was asked; only the edge's health stays", async () => {
  for (const more of [{}, { body: "a=1" }]) {
    const { status, headers } = await edge.ask("http", "/api/orders?x=%20y", {
      headers: { host: "evil.example.net" },
      ...more,
    });
    assert.deepEqual([status, headers["location"]], [308, `https://${serverName}/api/orders?x=%20y`]);
  }
  const health = await edge.ask("http", "/lb-health");
  assert.deepEqual(
    [health.status, JSON.parse(health.body)],
    [200, { status: "ok", configuration: files.configuration }],
  );
});

test("applications learn who asks, whatever the client says of itself", async () => {
  const spoofed = {
    "x-forwarded-for": "6.6.6.6",
    "x-forwarded-proto": "http",
    "x-forwarded-host": "evil.example.net",
    "x-real-ip": "6.6.6.6",
    forwarded: "for=6.6.6.6",
    "cf-connecting-ip": "6.6.6.6",
    "x-request-id": "mine",
    host: serverName,
  };
  const { headers, body } = await edge.ask("https", "/api/health?a=b", { ...trusting, headers: spoofed });
  const seen = JSON.parse(body) as Record<string, string>;
  const id = headers["x-request-id"];
  assert.match(String(id), /^[0-9a-f]{32}$/);
  assert.notEqual(seen["for"], "6.6.6.6");
  assert.equal(seen["for"], seen["real"]);
  const { proto, host, forwarded, cloudflare, uri } = seen;
  assert.deepEqual(
    { proto, host, forwarded, cloudflare, uri, id: seen["id"] },
    {
      proto: "https",
      host: serverName,
      forwarded: "",
      cloudflare: "",
      uri: "/api/health?a=b",
      id,
    },
  );
});

test("a body that is too large gets 413 as JSON, by the limit of its own route", async () => {
  const post = (path: string, bytes: number) =>
    edge.ask("https", path, { ...trusting, body: "x".repeat(bytes) });
  assert.equal((await post("/", 60_000)).status, 200);
  assert.equal((await post("/small/", 1_000)).status, 200);
  for (const answer of [await post("/", 70_000), await post("/small/", 2_000)]) {
    assert.equal(answer.status, 413);
    assert.deepEqual(JSON.parse(answer.body), {
      error: "too-large",
      message: "The request is too large.",
    });
  }
});

test("every refusal of the edge's own is JSON with HSTS; an application's own answer passes as it is", async () => {
  const marker = join(edge.directory, "fence/closed.conf");
  writeFileSync(marker, "#\n");
  const closed = await edge.ask("https", "/", trusting);
  rmSync(marker);
  const metrics = await edge.ask("https", "/metrics", trusting);
  const long = await edge.ask("https", `/${"x".repeat(20_000)}`, trusting);
  const clear = await edge.ask("http", "/", { port: 443 });
  assert.deepEqual([closed.status, metrics.status, long.status, clear.status], [503, 404, 414, 308]);
  for (const { headers, body } of [closed, metrics, long]) {
    assert.ok("error" in (JSON.parse(body) as object));
    assert.equal(headers["strict-transport-security"], "max-age=31536000");
  }
  assert.equal(closed.headers["retry-after"], "30");
  const own = await edge.ask("https", "/broken", trusting);
  assert.deepEqual([own.status, own.body], [502, '{"error":"its own"}']);
});

test("at the reserve of the data volume what writes is turned away, and what reads goes on", async () => {
  const marker = join(edge.directory, "fence/read-only.conf");
  const get = await edge.ask("https", "/", trusting);
  writeFileSync(marker, "#\n");
  try {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const refused = await edge.ask("https", "/", { ...trusting, method });
      assert.equal(refused.status, 503, method);
      assert.equal(refused.headers["retry-after"], "60");
      assert.equal((JSON.parse(refused.body) as { error: string }).error, "read-only");
    }
    assert.equal((await edge.ask("https", "/", trusting)).status, get.status);
  } finally {
    rmSync(marker);
  }
  assert.notEqual((await edge.ask("https", "/", { ...trusting, method: "POST" })).status, 503);
});

test("every line of the access log is JSON, whatever is sent", async () => {
  const nasty = `quote " backslash \\ tab \t brace } euro \u00e9 end`;
  await edge.ask("https", `/a%22%5C?q="}\\{`, {
    ...trusting,
    headers: {
      ...trusting.headers,
      "user-agent": Buffer.from(nasty).toString("latin1"),
      referer: `","status":999,"x":"`,
    },
  });
  await raw("\x16\x03 nonsense \x00\r\n\r\n");
  await raw("GET / HTTP/1.1\r\nHost: a b\r\n\r\n");
  await raw('GET /"\\ HTTP/9.9\r\n\r\n');
  let lines: string[] = [];
  // Docker writes them after the answers were given.
  await edge.until("the lines are there", async () => {
    lines = await edge.log();
    const refused = lines.filter((line) => line.includes('"status":400')).length;
    return lines.some((line) => line.includes("euro")) && refused >= 2;
  });
  const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const [found] = parsed.filter(({ agent }) => String(agent).startsWith("quote"));
  assert.equal(found?.["agent"], nasty);
  assert.equal(found["referer"], `","status":999,"x":"`);
  assert.equal(found["uri"], `/a%22%5C?q="}\\{`);
  assert.deepEqual([found["status"], found["host"], found["tls"]], [200, serverName, "TLSv1.3"]);
  assert.match(String(found["upstream"]), /^\d+\.\d+\.\d+\.\d+:3000$/);
  assert.ok(parsed.every(({ status, seconds }) => typeof status === "number" && typeof seconds === "number"));
  assert.ok(
    parsed.some(({ status }) => status === 400),
    "what was no request is there too",
  );
  assert.ok(!lines.some((line) => line.includes("lb-health")), "and the edge's own health is not");
});

test("nginx's counters are on the inner port only", async () => {
  assert.match(await stubStatus(), /^Active connections: \d+/);
  assert.match((await edge.ask("https", "/stub_status", trusting)).body, /"uri":"\/stub_status"/);
});

test("a replica is used within 5 s of its start and dropped within 5 s of its end, without a reload or a failure", async (t) => {
  const servers = async (): Promise<Set<string>> => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => edge.ask("https", "/", trusting)));
    for (const { status } of answers) assert.equal(status, 200);
    return new Set(answers.map(({ body }) => (JSON.parse(body) as { server: string }).server));
  };
  const processes = await edge.started();
  const changes: { used: number; dropped: number }[] = [];
  // What else the machine does can only add to a time: one change in time shows that the edge can keep to it.
  do {
    const next = await edge.addApplication();
    const used = await edge.until("both are used", async () => (await servers()).size === 2, 30_000);
    await edge.removeApplication(application);
    application = next;
    const only = async () => [...(await servers())].join() === next.slice(0, 12);
    const dropped = await edge.until("only the new one is used", only, 30_000);
    t.diagnostic(`used after ${used} ms, dropped after ${dropped} ms`);
    changes.push({ used, dropped });
  } while (changes.length < 3 && !changes.some(isInTime));
  assert.ok(changes.some(isInTime), JSON.stringify(changes));
  assert.equal(await edge.started(), processes);
});

test("behind Cloudflare only who shows its certificate is let in, and only its networks name the client", async () => {
  const cloudflare = issueCertificate({ name: "pull.cloudflare.example" });
  const client = issueCertificate({ name: "edge.cloudflare.example", issuer: cloudflare });
  assert.match(edge.installAuthority("nonsense") ?? "", /edge: nginx refuses the clients' authority: /);
  assert.equal(edge.installAuthority(cloudflare.certificate), null);
  const settings = conf({ kind: "cloudflare-origin", certificate: "", clientAuthority: "" });
  const ask = (more: object) => edge.ask("https", "/", { ...trusting, ...more });
  const claimed = {
    headers: { host: serverName, "cf-connecting-ip": "203.0.113.9" },
    cert: client.certificate,
    key: client.key,
  };
  await edge.renew(() => edge.installConf(settings));
  const stranger = await ask({});
  assert.deepEqual(
    [stranger.status, (JSON.parse(stranger.body) as { error: string }).error],
    [403, "unknown-client"],
  );
  const { for: unproven } = JSON.parse((await ask(claimed)).body) as { for: string };
  assert.notEqual(unproven, "203.0.113.9", "this network is not Cloudflare's");
  // The same, were this network one of Cloudflare's.
  const network = `${(await edge.address()).split(".").slice(0, 2).join(".")}.0.0/16`;
  const text = settings.text.replace("131.0.72.0/22", network);
  await edge.renew(() => edge.installConf({ ...settings, text }));
  const { for: proven } = JSON.parse((await ask(claimed)).body) as { for: string };
  assert.equal(proven, "203.0.113.9");
});

function isInTime({ used, dropped }: { used: number; dropped: number }): boolean {
  return used <= 5_000 && dropped <= 5_000;
}

async function stubStatus(): Promise<string> {
  return (await edge.ask("http", "/stub_status", { port: 8081 })).body;
}

/** Sends bytes that need not be a request, over TLS-less port 80, and waits for the end. */
async function raw(bytes: string): Promise<void> {
  const socket = connect(80, await edge.address());
  socket.end(Buffer.from(bytes, "latin1"));
  await new Promise((resolve, reject) => socket.on("close", resolve).on("error", reject).resume());
}
