import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { test } from "node:test";

const repository = resolve(import.meta.dirname, "../..");
const text = (file: string): string => readFileSync(resolve(repository, file), "utf8");
const pages = ["README.md", "local/README.md", ...globSync("docs/**/*.md", { cwd: repository })];
const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };

test("every npm command that the documents name exists, and every script's file does", () => {
  for (const page of pages) {
    for (const [, name = ""] of text(page).matchAll(/npm run ([a-z][a-z-]*)/g)) {
      assert.ok(name in scripts, `${page}: npm run ${name}`);
    }
  }
  for (const [name, line] of Object.entries(scripts)) {
    const [, file] = /^node local\/start\.mjs (\S+)/.exec(line) ?? [];
    if (file !== undefined) assert.ok(existsSync(resolve(repository, file)), `npm run ${name}: ${file}`);
  }
});

test("every relative link leads somewhere", () => {
  for (const page of pages) {
    for (const [, link = ""] of text(page).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      assert.ok(existsSync(resolve(repository, dirname(page), link)), `${page}: ${link}`);
    }
  }
});

test("every folder and file that the README says where to find is there", () => {
  for (const [, place = ""] of text("README.md").matchAll(/^\| `([^`]+)` +\|/gm)) {
    if (place.startsWith("npm ") || place === ".kaleem/") continue;
    assert.ok(existsSync(resolve(repository, place)), place);
  }
});

test("the README's options exist in the commands that it gives them to", () => {
  const files: Record<string, string> = {
    up: "operator/commands/up.ts",
    restore: "operator/commands/restore.ts",
    kit: "operator/commands/kit.ts",
  };
  for (const [, name = "", rest = ""] of text("README.md").matchAll(
    /npm run (up|restore|kit) -- ([^\n`#]*)/g,
  )) {
    const source = text(files[name] ?? "");
    for (const [option] of rest.matchAll(/--[a-z-]+/g))
      assert.match(source, new RegExp(`"${option}`), `npm run ${name} ${option}`);
  }
});

test("index.ts stays one screen without conditions", () => {
  const lines = text("index.ts").trimEnd().split("\n");
  assert.ok(lines.length <= 60, `${lines.length} lines`);
  assert.ok(!lines.some((line) => /\bif\b|\?[^.:]*:/.test(line.replace(/\/\/.*|\/\*.*|^ \*.*/, ""))));
});
