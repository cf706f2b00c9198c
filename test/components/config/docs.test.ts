import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { parse } from "yaml";
import { z } from "zod";
import { secretKeys } from "../../../components/config/secret-keys.ts";
import { stackConfigSchema } from "../../../components/config/schema.ts";
import { catalog } from "../../../components/services/catalog.ts";

const root = new URL("../../../", import.meta.url);
const docs = readFileSync(new URL("docs/config.md", root), "utf8");

const settingsTable = docs.split("## Secrets")[0] ?? "";

interface Shape {
  readonly properties?: Record<string, Shape>;
  readonly oneOf?: readonly Shape[];
}

function paths(shape: Shape, at = ""): string[] {
  const options = shape.oneOf ?? [];
  if (options.length > 0) return options.flatMap((option) => paths(option, at));
  if (shape.properties === undefined) return [at];
  return Object.entries(shape.properties).flatMap(([key, inner]) =>
    paths(inner, at === "" ? key : `${at}.${key}`),
  );
}

const known = paths(z.toJSONSchema(stackConfigSchema(catalog), { io: "input" }) as Shape);

test("every key is explained, and no other", () => {
  const wanted = new Set(known.map((path) => path.replace(/^services\.\w+/, "services.<name>")));
  const explained = new Set([...settingsTable.matchAll(/^\| `([^`]+)`/gm)].map(([, key]) => key ?? ""));
  assert.deepEqual([...explained].sort(), [...wanted].sort());
});

test("every secret is explained", () => {
  for (const key of Object.keys(secretKeys(catalog))) assert.ok(docs.includes(`\`${key}\``), key);
});

for (const stack of ["local", "staging", "prod"]) {
  test(`Pulumi.${stack}.yaml has only keys that something reads, and no secret`, () => {
    const text = readFileSync(new URL(`Pulumi.${stack}.yaml`, root), "utf8");
    const { config } = parse(text) as { config: Record<string, unknown> };
    const settings = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key.replace(/^kaleem:/, ""), value]),
    );
    const { error } = stackConfigSchema(catalog).partial().safeParse(settings);
    assert.equal(error, undefined);
    assert.doesNotMatch(text, /^\s*secure:/m);
  });
}
