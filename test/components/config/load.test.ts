import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { before, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { loadConfig } from "../../../components/config/load.ts";
import { catalog } from "../../../catalog/catalog.ts";
import { secrets, validValues } from "../support/program.ts";

const values = validValues();
const stackFile = process.env["KALEEM_STACK_FILE"] ?? "";

before(async () => {
  const keys = Object.keys(secrets).map((key) => `kaleem:${key}`);
  process.env["PULUMI_CONFIG_SECRET_KEYS"] = JSON.stringify(keys);
  await pulumi.runtime.setMocks(
    { newResource: () => ({ id: "x", state: {} }), call: () => ({}) },
    "kaleem",
    "prod",
  );
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(values).map(([key, value]) => [`kaleem:${key}`, value])),
    keys,
  );
});

test("a right file and right values make the settings, its secrets marked as such", () => {
  writeFileSync(stackFile, "config: {}\n");
  const config = loadConfig(catalog);
  assert.deepEqual([config.host.kind === "ssh" && config.host.port, config.stackFile], [20010, stackFile]);
  assert.ok(pulumi.Output.isInstance(config.secret("redis-password")));
});

test("a file that the engine reads in its own way is refused by the program too, without a stack trace", () => {
  writeFileSync(stackFile, "config:\n  kaleem:host: { port: 0022 }\n  kaleen:closed: true\n");
  assert.throws(
    () => loadConfig(catalog),
    (error) => {
      assert.ok(pulumi.RunError.isInstance(error));
      assert.equal(
        error.message,
        "Pulumi.prod.yaml: host.port: expected a number without zeros before it, which make it octal to some, got 0022 (line 2); " +
          'write 22, or "0022" if a text is meant\n' +
          "Pulumi.prod.yaml: kaleen:closed: nothing reads keys of kaleen:; did you mean kaleem:closed?",
      );
      return true;
    },
  );
});
