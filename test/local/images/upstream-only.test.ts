import assert from "node:assert/strict";
import { test } from "node:test";
import { catalog } from "../../catalog/sample-catalog.ts";
import type { ServiceDefinition } from "../../../catalog/definition.ts";
import { n8n } from "../../../catalog/n8n/n8n.ts";
import { ImageMissingError } from "../../../local/images/image-missing-error.ts";
import { standIns } from "../../../local/images/stand-ins.ts";
import { upstreamOnly } from "../../../local/images/upstream-only.ts";

const grafana: ServiceDefinition = {
  ...n8n,
  name: "grafana",
  image: "grafana",
  optional: { enabledByDefault: true },
};

test("every service that cannot be left out has a stand-in", () => {
  for (const { name, image, optional } of catalog)
    assert.ok(optional !== undefined || Object.hasOwn(standIns, image), name);
});

test("what is off is not asked for; what is on by default gives way; what is written must be had", () => {
  const asked = (written: Record<string, { enabled?: boolean }>) =>
    upstreamOnly([n8n, grafana], written, {}).map(({ name, isDemanded }) => `${name} ${isDemanded}`);
  assert.deepEqual(asked({}), ["grafana false"]);
  assert.deepEqual(asked({ n8n: { enabled: true }, grafana: {} }), ["n8n true", "grafana false"]);
  assert.deepEqual(asked({ grafana: { enabled: true } }), ["grafana true"]);
  assert.deepEqual(asked({ grafana: { enabled: false } }), []);
});

test("one with a stand-in is never missing", () => {
  assert.deepEqual(upstreamOnly([{ ...grafana, image: "redis" }], {}), []);
});

test("a demanded image that is not available is said in one sentence, with what to do", () => {
  const images = new Map([["n8n", { ref: "docker.io/n8nio/n8n:2.41.3", version: "2.41.3" }]]);
  const { message } = new ImageMissingError([{ name: "n8n", image: "n8n", isDemanded: true }], images);
  assert.equal(
    message,
    "services.n8n.enabled: true, but the image docker.io/n8nio/n8n:2.41.3 is not available on this machine: its registry does not answer, " +
      "and there is no stand-in for it; set services.n8n.enabled to false, or run where the registry answers",
  );
});
