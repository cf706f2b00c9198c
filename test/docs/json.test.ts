import assert from "node:assert/strict";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "node:test";
import type { Command } from "commander";
import { format, resolveConfig } from "prettier";
import { z } from "zod";
import { listedCommands } from "../../operator/listed-commands.ts";
import { definitionOf } from "../../operator/operator-command.ts";
import { jsonDocuments, renderJsonPage } from "./support/json-page.ts";
import { repository, textOf } from "./support/sources.ts";

test("docs/json.md is what the schemas say; npm run generate writes it", async () => {
  const file = resolve(repository, "docs/json.md");
  const page = await format(renderJsonPage(), { ...(await resolveConfig(file)), filepath: file });
  assert.equal(textOf("docs/json.md"), page, "run: npm run generate");
});

test("every command that takes --json has a document, and every document a command", async () => {
  const commands = new Set<string>();
  const add = (command: Command): void => {
    if (command.options.some(({ long }) => long === "--json")) commands.add(nameOf(command));
    command.commands.forEach(add);
  };
  for (const file of new Set(listedCommands.map((one) => one.file))) {
    const definition = await definitionOf(() => import(pathToFileURL(resolve(repository, file)).href));
    assert.ok(definition !== null, file);
    add(definition);
  }
  const told = jsonDocuments.flatMap(
    ({ title }) => /^\.\/kaleem ((?:[a-z]+ ?)+)/.exec(title)?.[1]?.trim() ?? [],
  );
  // Its subcommands measure different things and answer alike.
  const wanted = [...commands].map((name) => name.replace(/^bench .*/, "bench"));
  assert.deepEqual([...new Set(told)].sort(), [...new Set(wanted)].sort());
});

/** Such as `secrets list`. */
function nameOf(command: Command): string {
  const above = command.parent === null ? "" : `${nameOf(command.parent)} `;
  return `${above}${command.name()}`.replace(/^kaleem /, "");
}

test("a field that is nested, optional, one of several, or in a mapping is told by its path", () => {
  const schema = z.object({
    one: z.object({ two: z.string().describe("a | b").nullable() }).optional(),
    list: z.array(
      z.union([z.strictObject({ kind: z.literal("a") }), z.strictObject({ kind: z.literal("b") })]),
    ),
    by: z.record(z.string(), z.object({ count: z.number().nullable() })),
    plan: z.object({ deep: z.string() }),
  });
  const page = renderJsonPage([{ title: "T", says: "S.", schema, elsewhere: { plan: "as above" } }]);
  assert.deepEqual(
    page.split("\n").filter((line) => line.startsWith("| `")),
    [
      "| `one` | object, or absent |  |",
      "| `one.two` | text or null | a \\| b |",
      "| `list` | list of object |  |",
      '| `list[].kind` | `"a"` or `"b"` |  |',
      "| `by` | mapping |  |",
      "| `by.*.count` | number or null |  |",
      "| `plan` | as above |  |",
    ],
  );
});
