import assert from "node:assert/strict";
import { test } from "node:test";
import { agentConfig } from "../../components/agent/agent-config.ts";
import { parseConfig } from "../../components/config/parse.ts";
import { catalog } from "../../catalog/catalog.ts";
import { disabledServices, enabledServices } from "../../catalog/switches.ts";
import { secrets, validValues } from "../components/support/program.ts";

const valid = validValues();
const names = (services: readonly { readonly name: string }[]) => services.map(({ name }) => name);

/** The configuration with n8n's block changed, and with these secrets only. */
function parsed(n8n: Record<string, unknown>, without: readonly string[] = []) {
  const services = {
    ...(JSON.parse(valid["services"] ?? "") as object),
    n8n: { memory: "1GiB", cpus: 1, ...n8n },
  };
  const values = Object.entries({ ...valid, services: JSON.stringify(services) });
  return parseConfig(
    {
      file: "Pulumi.local.yaml",
      values: Object.fromEntries(values.filter(([key]) => !without.includes(key))),
      encrypted: new Set(Object.keys(secrets)),
      fileExists: () => true,
      now: new Date("2026-11-21T12:00:00.000Z"),
    },
    catalog,
  );
}

const ofN8n = ["n8n-encryption-key", "n8n-owner-password"];

test("a service that is off by default is not there, and needs no secret", () => {
  const { services } = parsed({}, ofN8n);
  assert.ok(!names(enabledServices(catalog, services)).includes("n8n"));
  assert.deepEqual(disabledServices(catalog, services), [{ name: "n8n", why: "not enabled" }]);
});

test("switched on it is there, and its secrets are demanded", () => {
  assert.ok(names(enabledServices(catalog, parsed({ enabled: true }).services)).includes("n8n"));
  assert.throws(
    () => parsed({ enabled: true }, ofN8n),
    /^ConfigError: Pulumi\.local\.yaml: n8n-encryption-key: missing secret; set it with: pulumi config set --secret n8n-encryption-key\nPulumi\.local\.yaml: n8n-owner-password: missing secret/,
  );
});

test("says why it is off, in the stack file's words", () => {
  const { services } = parsed(
    { enabled: false, offBecause: "its image is not available on this machine" },
    ofN8n,
  );
  assert.deepEqual(disabledServices(catalog, services), [
    { name: "n8n", why: "its image is not available on this machine" },
  ]);
});

test("a switch that is neither true nor false is refused", () => {
  assert.throws(
    () => parsed({ enabled: "yes" }),
    /^ConfigError: Pulumi\.local\.yaml: services\.n8n\.enabled: expected true or false, got "yes"$/,
  );
});

test("only a service that may be left out has the switch", () => {
  const services = JSON.parse(valid["services"] ?? "") as Record<string, object>;
  const values = {
    ...valid,
    services: JSON.stringify({ ...services, mongo: { memory: "1GiB", cpus: 1, enabled: false } }),
  };
  const now = new Date("2026-11-21T12:00:00.000Z");
  const raw = { file: "f", values, encrypted: new Set(Object.keys(secrets)), fileExists: () => true, now };
  assert.throws(() => parseConfig(raw, catalog), /^ConfigError: f: services\.mongo\.enabled: unknown key/);
});

test("the agent knows what is off, and does not take it for a store of its own", () => {
  const settings = parsed({}, ofN8n);
  const config = agentConfig({
    stack: "local",
    off: disabledServices(catalog, settings.services),
    ...settings,
    catalog: enabledServices(settings.catalog, settings.services),
    settings: settings.services,
    edge: "nginx",
  });
  assert.ok(config.stores.includes("qdrant") && !config.stores.includes("n8n"));
  assert.deepEqual(config.off, [{ name: "n8n", why: "not enabled" }]);
});
