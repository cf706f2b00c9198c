import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../../../components/config/parse.ts";
import { catalog } from "../../../catalog/catalog.ts";
import { switchProblems } from "../../../catalog/checks/check-switches.ts";
import type { ServiceDefinition } from "../../../catalog/definition.ts";
import { secrets, validValues } from "../../components/support/program.ts";
import { madeUpApplication } from "../made-up.ts";

const optional = { enabledByDefault: true };
const definition = (name: string, ...needs: string[]) => madeUpApplication({ name, needs, optional });
const off = { enabled: false };

test("a service that runs may not need one that is switched off; the message says both ways out", () => {
  const definitions = [definition("logs"), definition("dashboards", "logs")];
  assert.deepEqual(switchProblems(definitions, { logs: off }), [
    "services.logs.enabled: expected true, since dashboards needs it, got false (not enabled); " +
      "switch it on, or dashboards off too",
  ]);
  assert.deepEqual(switchProblems(definitions, { logs: off, dashboards: off }), []);
  assert.deepEqual(switchProblems(definitions, { dashboards: off }), []);
  assert.deepEqual(switchProblems(definitions, {}), []);
});

test("nor one that is off unless it is switched on", () => {
  const definitions = [
    madeUpApplication({ name: "logs", optional: { enabledByDefault: false } }),
    definition("dashboards", "logs"),
  ];
  assert.equal(switchProblems(definitions, {}).length, 1);
  assert.deepEqual(switchProblems(definitions, { logs: { enabled: true } }), []);
});

test("one that cannot run is told with its reason", () => {
  const definitions = [definition("logs"), definition("dashboards", "logs")];
  const settings = { logs: { enabled: false, offBecause: "its image is not available on this machine" } };
  assert.deepEqual(switchProblems(definitions, settings), [
    "services.logs.enabled: expected true, since dashboards needs it, got false (its image is not available on this machine); " +
      "switch it on, or dashboards off too",
  ]);
});

test("every problem is told at once, and of each all who need it, through others too", () => {
  const definitions = [
    definition("logs"),
    definition("traces"),
    // Before the one through which it needs the logs.
    definition("reports", "dashboards"),
    definition("dashboards", "logs", "traces"),
    definition("alerts"),
  ];
  assert.deepEqual(switchProblems(definitions, { logs: off, traces: off }), [
    "services.logs.enabled: expected true, since reports and dashboards need it, got false (not enabled); " +
      "switch it on, or reports and dashboards off too",
    "services.traces.enabled: expected true, since reports and dashboards need it, got false (not enabled); " +
      "switch it on, or reports and dashboards off too",
  ]);
});

test("is a problem of the stack file, refused before anything exists, beside its other problems", () => {
  const reports = madeUpApplication({ name: "reports", needs: ["n8n"], optional });
  const definitions: ServiceDefinition[] = [...catalog, reports];
  const valid = validValues();
  const services = {
    ...(JSON.parse(valid["services"] ?? "") as object),
    n8n: { memory: "1GiB", cpus: 1, enabled: false },
    reports: { memory: "1GiB", cpus: 1, enabled: true },
  };
  const raw = {
    file: "Pulumi.local.yaml",
    values: { ...valid, services: JSON.stringify(services) },
    encrypted: new Set(Object.keys(secrets)),
    fileExists: (path: string) => !path.includes("lock"),
    now: new Date("2026-11-21T12:00:00.000Z"),
  };
  assert.throws(
    () => parseConfig(raw, definitions),
    new RegExp(
      "^ConfigError: Pulumi\\.local\\.yaml: services\\.n8n\\.enabled: expected true, since reports needs it, " +
        "got false \\(not enabled\\); switch it on, or reports off too\\n" +
        "Pulumi\\.local\\.yaml: imageLock: expected a file that exists",
    ),
  );
});
