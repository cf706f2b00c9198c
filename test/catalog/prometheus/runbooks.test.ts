import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { allRules } from "./rule-files.ts";

const folder = new URL("../../../docs/runbooks/", import.meta.url);
const alerts = allRules.filter(({ alert }) => alert !== undefined);
const answer = { SEV1: "15 minutes", SEV2: "1 hour", SEV3: "a working day" };

for (const { alert = "", labels } of alerts) {
  test(`${alert}: its runbook says its level, what it means, where to look, what to do and what to check after`, () => {
    const text = readFileSync(new URL(`${alert}.md`, folder), "utf8");
    const level = labels?.["severity"] as keyof typeof answer;
    assert.ok(text.startsWith(`# ${alert}\n`));
    assert.ok(text.includes(`**${level}**: answer within ${answer[level]}`));
    for (const part of ["## Look", "## Do", "## Check after"]) assert.ok(text.includes(part), part);
    for (const [, target = ""] of text.matchAll(/\]\((\w+\.md)\)/g))
      assert.ok(readdirSync(folder).includes(target), target);
  });
}

test("no runbook is left over from an alert that is gone", () => {
  const names = new Set(alerts.map(({ alert }) => `${alert ?? ""}.md`));
  // A page of a procedure, which no alert begins, is written small.
  assert.deepEqual(
    readdirSync(folder).filter((name) => /^[A-Z]/.test(name) && !names.has(name)),
    [],
  );
});
