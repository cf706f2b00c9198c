import assert from "node:assert/strict";
import { test } from "node:test";
import { listedCommands } from "../../operator/listed-commands.ts";
import { commandsOf, Guide, withNames } from "./support/guide.ts";
import { textOf } from "./support/sources.ts";

const production = commandsOf(textOf("README.md"), "Staging and prod");
const story = "test/e2e/own-server.test.ts";

test("the README's production part goes from an empty bucket for state to a lost machine's recovery", () => {
  assert.deepEqual(
    production.map(({ words: [, command = ""] }) => command),
    [
      ...["state", "state", "secrets", "secrets", "preview", "up", "status"],
      ...["kit", "up", "kit", "recover"],
    ],
  );
  const known = new Set(listedCommands.map(({ name }) => name));
  for (const { words } of production) assert.ok(known.has(words[1] ?? ""), words.join(" "));
});

test("the end-to-end run follows each of its lines, in their order, and no other", () => {
  const guide = new Guide(production);
  for (const [, begin = ""] of textOf(story).matchAll(/\bguide\.next\(\s*"([^"]+)"/g)) guide.next(begin);
  assert.deepEqual(guide.left(), []);
});

const page = [
  "# Page",
  "## Before",
  "```bash",
  "./kaleem down",
  "```",
  "## Here",
  "Text with ./kaleem points in it.",
  "```bash",
  "# a comment of its own",
  "./kaleem secrets init --given --stack prod < given.json   # a remark: # twice",
  "",
  "./kaleem status",
  "## no heading in a fence",
  "```",
  "## After",
  "```bash",
  "./kaleem up",
  "```",
].join("\n");

test("reads the commands of one section, with where they are and what they read, and without remarks", () => {
  assert.deepEqual(commandsOf(page, "Here"), [
    { line: 10, words: ["./kaleem", "secrets", "init", "--given", "--stack", "prod"], stdin: "given.json" },
    { line: 12, words: ["./kaleem", "status"], stdin: null },
  ]);
});

// Composed: as a text, it would be refused for saying npm at all.
const npm = "npm";
for (const typed of [
  `${npm} run up`,
  "kaleem up",
  "./kaleem",
  "./kaleem up && ./kaleem status",
  "./kaleem points | head",
  "./kaleem kit --out $HOME/kit.json",
  "./kaleem kit > kit.txt",
  'KALEEM_STACK=prod ./kaleem up --replace-data "mongo"',
])
  test(`refuses a line that could be typed in more than one way: ${typed}`, () => {
    assert.throws(() => commandsOf(`## Here\n\`\`\`bash\n${typed}\n\`\`\`\n`, "Here"), {
      message: `line 3: expected one plain call, ./kaleem COMMAND …, got ${JSON.stringify(typed)}`,
    });
  });

test("refuses a section that is not there, or tells nothing to type", () => {
  assert.throws(() => commandsOf(page, "Elsewhere"), { message: 'the page has no section "Elsewhere"' });
  assert.throws(() => commandsOf("## Here\ntext\n", "Here"), {
    message: 'the section "Here" has no commands',
  });
});

test("puts a reader's own names in, and refuses a placeholder that nothing stands for", () => {
  const [line] = commandsOf("## A\n```\n./kaleem state --s3 BUCKET --prefix 22\n```\n", "A");
  assert.ok(line !== undefined);
  const names = new Map([
    ["BUCKET", "mine"],
    ["22", "2222"],
  ]);
  assert.deepEqual(withNames(line, names), ["./kaleem", "state", "--s3", "mine", "--prefix", "2222"]);
  assert.throws(() => withNames(line, new Map()), { message: "line 3: nothing was given for BUCKET" });
  for (const word of ["deploy@192.0.2.7", "https://ACCOUNT.example.org", "https://s3.example.com"])
    assert.throws(
      () => withNames({ ...line, words: [word] }, names),
      new RegExp(`nothing was given for ${word}`),
    );
});

test("leaves nothing out: another command than the page's next is refused, and what is left is told", () => {
  const guide = new Guide(commandsOf(page, "Here"));
  assert.throws(() => guide.next("status"), {
    message: "expected ./kaleem status, got line 10: ./kaleem secrets init --given --stack prod",
  });
  assert.equal(guide.next("secrets init").line, 10);
  assert.deepEqual(guide.left(), ["./kaleem status"]);
  guide.next("status");
  assert.throws(() => guide.next("up"), { message: "expected ./kaleem up, got the end" });
});
