import assert from "node:assert/strict";
import { test } from "node:test";
import { Command } from "commander";
import { wantsJson } from "../../operator/wants-json.ts";

const plain = new Command("points").option("--json", "as JSON").option("--stack <name>", "the stack");
const withFile = new Command("bench");
withFile.command("point").option("--json [file]", "figures");

const cases: readonly [words: string, command: Command | null, wants: boolean][] = [
  ["", plain, false],
  ["--json", plain, true],
  ["--stack x --json", plain, true],
  ["--json x", plain, true],
  ["-- --json", plain, false],
  ["point --json", withFile, true],
  ["point --json --rate 3", withFile, true],
  ["point --json figures.json", withFile, false],
  ["stauts --json", null, true],
];
for (const [words, command, wants] of cases) {
  test(`${wants ? "JSON" : "no JSON"} is asked for by: ${command?.name() ?? "?"} ${words}`, () => {
    assert.equal(wantsJson(command, words === "" ? [] : words.split(" ")), wants);
  });
}
