import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import test from "node:test";
import { renderNginxConf } from "../../../components/edge/nginx-conf.ts";
import { edgeIdentity } from "../../../components/edge/tls-files.ts";

const selfSigned = edgeIdentity({ kind: "self-signed" });
const files = edgeIdentity({ kind: "files", certificate: "" });
const cloudflare = edgeIdentity({ kind: "cloudflare-origin", certificate: "", clientAuthority: "" });
const edge = { serverName: "kaleem.example.com", maxBody: "10MiB", identity: selfSigned } as const;
const api = { path: "/", service: "api", port: 3000 };
const hooks = { path: "/hooks/", service: "webhooks", port: 3100 };

for (const [name, reviewed] of Object.entries({
  "nginx.conf": { ...edge, routes: [api] },
  "nginx-cloudflare.conf": { ...edge, identity: cloudflare, routes: [api, { ...hooks, maxBody: "1MiB" }] },
} as const)) {
  test(`the configuration ${name} is the one that was reviewed`, () => {
    const golden = new URL(`../../golden/${name}`, import.meta.url);
    const { text } = renderNginxConf(reviewed);
    if (process.env["UPDATE_GOLDEN"]) writeFileSync(golden, text);
    assert.equal(text, readFileSync(golden, "utf8"));
  });
}

test("the order in which routes are given changes nothing", () => {
  assert.deepEqual(
    renderNginxConf({ ...edge, routes: [api, hooks] }),
    renderNginxConf({ ...edge, routes: [hooks, api] }),
  );
});

test("two routes to one service share its upstream", () => {
  const { text } = renderNginxConf({ ...edge, routes: [api, { ...api, path: "/v2/" }] });
  assert.equal(text.match(/upstream api \{/g)?.length, 1);
});

test("every route is closed with the platform, and the edge's own health is not", () => {
  const { text } = renderNginxConf({ ...edge, routes: [api, hooks] });
  assert.equal(text.match(/if \(-f \/etc\/nginx\/kaleem\/fence\/closed\.conf\)/g)?.length, 2);
  const health = /location = \/lb-health \{[^}]*\}/.exec(text)?.[0] ?? "";
  assert.doesNotMatch(health, /fence/);
});

test("another configuration has another name, which /lb-health answers", () => {
  const one = renderNginxConf({ ...edge, routes: [api] });
  const other = renderNginxConf({ ...edge, maxBody: "1KiB", routes: [api] });
  assert.notEqual(one.configuration, other.configuration);
  assert.ok(one.text.includes(`"configuration":"${one.configuration}"`));
});

/** The server blocks, by the port that each listens on. */
function servers(text: string): Record<string, string> {
  const blocks = text.split(/^ {2}server \{$/m).slice(1);
  return Object.fromEntries(blocks.map((block) => [/listen (\d+)/.exec(block)?.[1] ?? "none", block]));
}

test("in the clear nothing is passed on, whatever the certificate", () => {
  for (const identity of [selfSigned, files, cloudflare]) {
    const { "80": http = "" } = servers(renderNginxConf({ ...edge, identity, routes: [api, hooks] }).text);
    assert.match(http, /return 308 https:\/\/kaleem\.example\.com\$request_uri;/);
    assert.doesNotMatch(http, /proxy_pass/);
  }
});

test("browsers are held to TLS only where the certificate is one that they trust", () => {
  const promises = (identity: typeof files) =>
    renderNginxConf({ ...edge, identity, routes: [api] }).text.includes("Strict-Transport-Security");
  assert.deepEqual([selfSigned, files, cloudflare].map(promises), [false, true, true]);
});

test("a client's address is taken from a header only behind Cloudflare, and only from its networks", () => {
  const { text } = renderNginxConf({ ...edge, identity: cloudflare, routes: [api] });
  assert.equal(text.match(/set_real_ip_from [0-9a-f.:]+\/\d+;/g)?.length, 22);
  assert.match(text, /real_ip_header CF-Connecting-IP;/);
  for (const identity of [selfSigned, files])
    assert.doesNotMatch(renderNginxConf({ ...edge, identity, routes: [api] }).text, /real_ip/);
});

test("clients have to show a certificate only where an authority of theirs is given", () => {
  const open = edgeIdentity({ kind: "cloudflare-origin", certificate: "" });
  assert.match(
    renderNginxConf({ ...edge, identity: cloudflare, routes: [api] }).text,
    /ssl_verify_client on;/,
  );
  assert.doesNotMatch(renderNginxConf({ ...edge, identity: open, routes: [api] }).text, /ssl_verify_client/);
});

test("nginx's counters and the applications' metrics are not for the outside", () => {
  const { "443": https = "", "8081": inner = "" } = servers(renderNginxConf({ ...edge, routes: [api] }).text);
  assert.match(inner, /stub_status;/);
  assert.doesNotMatch(https, /stub_status/);
  assert.match(/location = \/metrics \{[^}]*/.exec(https)?.[0] ?? "", /return 404/);
});

test("a route may take less than the edge does", () => {
  const { text } = renderNginxConf({ ...edge, routes: [api, { ...hooks, maxBody: "1MiB" }] });
  assert.match(text, /client_max_body_size 10485760;/);
  assert.match(text, /location \/hooks\/ \{\n +client_max_body_size 1048576;/);
});
