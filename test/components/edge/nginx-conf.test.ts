import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import test from "node:test";
import { renderNginxConf } from "../../../components/edge/nginx-conf.ts";

const edge = { serverName: "kaleem.example.com", maxBodyBytes: 10_485_760 };
const api = { path: "/", service: "api", port: 3000 };
const hooks = { path: "/hooks/", service: "webhooks", port: 3100 };

test("the configuration is the one that was reviewed", () => {
  const golden = new URL("../../golden/nginx.conf", import.meta.url);
  const { text } = renderNginxConf({ ...edge, routes: [api] });
  if (process.env["UPDATE_GOLDEN"]) writeFileSync(golden, text);
  assert.equal(text, readFileSync(golden, "utf8"));
});

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

test("every route is behind the fence, and the edge's own health is not", () => {
  const { text } = renderNginxConf({ ...edge, routes: [api, hooks] });
  assert.equal(text.match(/if \(-f \/etc\/nginx\/kaleem\/fence\/closed\.conf\)/g)?.length, 2);
  const health = /location = \/lb-health \{[^}]*\}/.exec(text)?.[0] ?? "";
  assert.doesNotMatch(health, /fence/);
});

test("another configuration has another name, which /lb-health answers", () => {
  const one = renderNginxConf({ ...edge, routes: [api] });
  const other = renderNginxConf({ ...edge, maxBodyBytes: 1, routes: [api] });
  assert.notEqual(one.configuration, other.configuration);
  assert.ok(one.text.includes(`"configuration":"${one.configuration}"`));
});
