import assert from "node:assert/strict";
import test from "node:test";
import { nginx } from "../../../components/edge/nginx.ts";
import { catalog } from "../../../components/services/catalog.ts";
import type { Duration, ServiceDefinition } from "../../../components/services/definition.ts";
import { milliseconds } from "../../../components/services/quantities.ts";
import { rollout } from "../../../components/services/rollout.ts";

const all: readonly ServiceDefinition[] = [...catalog, nginx];

/** When the official docker plugin cuts a call off; a service that is being created then stays, in nobody's state. */
const pluginLimit = milliseconds("20m");

test("a service that never gets healthy is given up, and removed, before the docker plugin is cut off", () => {
  for (const definition of all) {
    const { convergeConfig } = rollout(definition, false);
    const patience = milliseconds(convergeConfig.timeout as Duration);
    assert.ok(patience <= pluginLimit - milliseconds("2m"), definition.name);
  }
});
