import assert from "node:assert/strict";
import { test } from "node:test";
import ts from "typescript";
import { agentCommands, npmScripts, programCommands } from "./support/commands.ts";
import { anchorsOf } from "./support/markdown.ts";
import { wrongQuotes, type World } from "./support/quotes.ts";
import { repositoryFiles, textOf } from "./support/sources.ts";
import { allTexts, textsOfCode, textsOfPage } from "./support/texts.ts";

const program = programCommands();
const released = textOf("CHANGELOG.md")
  .split("\n")
  .findIndex((line) => /^## \d/.test(line));
const world: World = {
  scripts: npmScripts(program),
  program,
  agent: agentCommands(),
  files: new Set(repositoryFiles),
  maySayNpm: ({ file, line }, command) =>
    (["README.md", "test/docs/readme.test.ts"].includes(file) && command === "up") ||
    (file === "CHANGELOG.md" && line > released),
  anchorsOf: (page) => anchorsOf(textOf(page)),
};

test("every command, flag, file and anchor that a string, a comment, a page or a runbook quotes exists", () => {
  const problems = allTexts().flatMap((text) =>
    wrongQuotes(text, world).map((problem) => `${text.file}:${text.line}: ${problem}`),
  );
  assert.deepEqual(problems, []);
});

// Composed, so that the test above does not find them here.
const npm = "npm";
const kaleem = "./kaleem";
const agent = "kaleem-agent";
const docs = "docs";
const none = "no-such";
const anchor = "#look-here";

const secrets = {
  flags: new Set(["--help", "--stack"]),
  subcommands: new Map([
    ["init", new Set(["--given"])],
    ["list", new Set<string>()],
  ]),
};
const up = { flags: new Set(["--help", "--stack"]), subcommands: new Map<string, Set<string>>() };

/** A small world, so that what is refused here does not hang on what the platform has at present. */
const small: World = {
  program: new Map([
    ["up", up],
    ["secrets", secrets],
    ["restore", { flags: new Set(["--plan"]), subcommands: new Map() }],
    ["test", { flags: new Set(["--only"]), subcommands: new Map() }],
  ]),
  scripts: new Map([
    ["up", up],
    ["secrets", secrets],
    ["test", { flags: new Set(["--only"]), subcommands: new Map() }],
    ["format", { flags: null, subcommands: new Map() }],
  ]),
  agent: new Map([
    ["points", { flags: new Set(["--offsite"]), subcommands: new Map() }],
    ["ship", { flags: new Set(), subcommands: new Map() }],
  ]),
  maySayNpm: ({ says }) => says.startsWith("README: "),
  files: new Set(["docs/page.md", "docs/decisions/0001-why.md", "catalog/redis/redis.ts"]),
  anchorsOf: () => new Set(["look-here"]),
};

const wrong: readonly [text: string, problem: string][] = [
  [`Run \`${npm} run ${none}\`.`, `${npm} run ${none}: package.json has no such script`],
  [`run \`${npm} run up -- --${none}\` first`, `${npm} run up --${none}: there is no such flag`],
  [`"${npm} run up -- --stack prod --${none} x"`, `${npm} run up --${none}: there is no such flag`],
  [`(${npm} test -- --${none} unit)`, `${npm} run test --${none}: there is no such flag`],
  [`${npm} run --silent secrets -- ${none}`, `${npm} run secrets -- ${none}: there is no such subcommand`],
  [
    `\`${npm} run secrets -- init | ${none} | list\``,
    `${npm} run secrets -- ${none}: there is no such subcommand`,
  ],
  [`\`${npm} run secrets -- list --given\``, `${npm} run secrets list --given: there is no such flag`],
  [`Run \`${npm} run up\`.`, `${npm} run up: say ./kaleem up`],
  [`${npm} run --silent secrets -- init`, `${npm} run secrets: say ./kaleem secrets`],
  [`${npm} test -- --only unit`, `${npm} run test: say ./kaleem test`],
  [`Run \`${kaleem} ${none}\`.`, `./kaleem ${none}: the program has no such command`],
  [`\`${kaleem} help ${none}\``, `./kaleem ${none}: the program has no such command`],
  [`${kaleem} ${none} --stack prod`, `./kaleem ${none}: the program has no such command`],
  [`\`${kaleem} up --stack prod --${none}\``, `./kaleem up --${none}: there is no such flag`],
  [`then ${kaleem} restore --plan --stack x.`, "./kaleem restore --stack: there is no such flag"],
  [`\`${kaleem} secrets ${none}\``, `./kaleem secrets ${none}: there is no such subcommand`],
  [`\`${kaleem} secrets list --given\``, `${kaleem} secrets list --given: there is no such flag`],
  [`begin anew with --${none}`, `--${none}: no command has such a flag`],
  [`\`--${none}\` if you mean it`, `--${none}: no command has such a flag`],
  [`\`${agent} ${none}\``, `kaleem-agent ${none}: the agent has no such command`],
  [`${agent} ship --${none}`, `kaleem-agent ship --${none}: there is no such flag`],
  [`see ${docs}/${none}.md`, `docs/${none}.md: the repository has no such file or folder`],
  [`in \`catalog/${none}/\``, `catalog/${none}/: the repository has no such file or folder`],
  [`redis/${none}.ts does`, `redis/${none}.ts: the repository has no such file or folder`],
  ["as in Decision 0099", "decision 0099: there is no such record"],
  [`[page](${none}.md)`, `${none}.md: the link leads nowhere`],
  [`[page](page.md#${none})`, `page.md#${none}: docs/page.md has no heading of that anchor`],
  [`[above](#${none})`, `#${none}: docs/page.md has no heading of that anchor`],
];
for (const [says, problem] of wrong) {
  test(`refuses: ${says}`, () => {
    const problems = wrongQuotes({ file: "docs/page.md", line: 1, says, kind: "page" }, small);
    assert.ok(problems.includes(problem), problems.join("\n") || "nothing was refused");
  });
}

test("refuses a page's anchor in a program's string too", () => {
  const says = `runbook: ${docs}/page.md#${none}`;
  assert.deepEqual(wrongQuotes({ file: "catalog/redis/redis.ts", line: 1, says, kind: "string" }, small), [
    `docs/page.md#${none}: docs/page.md has no heading of that anchor`,
  ]);
});

const right = [
  `README: ${npm} run up; again: ${npm} run up -- --stack <name>, and then --force of another program`,
  `${npm} run <name>, ${npm} run …, ${npm} run format -- --anything`,
  `README: \`${npm} run secrets -- init --given --stack prod < keys.json\``,
  `README: \`${npm} run secrets -- init | list\`; ${npm} test, and ${npm} test -- --only unit`,
  `${kaleem} up --stack prod, \`${kaleem} secrets init --given < keys.json\`, ${kaleem} COMMAND, ${kaleem} help up`,
  `\`${kaleem} --help\`, ${kaleem} <name>, \`${kaleem} secrets init | list\`, (${kaleem} restore --plan)`,
  `${agent} points [--offsite], ${agent}: answers, ${agent} COMMAND`,
  `${docs}/page.md${anchor}, docs/*.md, catalog/<name>/, redis/redis.ts, decision 0001`,
  `[page](page.md${anchor}), [folder](decisions), [here](${anchor}), [elsewhere](https://example.com/x.md${anchor})`,
  "/etc/kaleem/agent.json, s3://bucket/docs/x.md, and/or, docs/",
];
for (const says of right) {
  test(`takes: ${says}`, () => {
    assert.deepEqual(wrongQuotes({ file: "docs/page.md", line: 1, says, kind: "page" }, small), []);
  });
}

test("reads a program's strings joined, its templates, its patterns and its comments, and leaves imports out", () => {
  const source = [
    'import "./imported.ts";',
    "/** A comment",
    " * in two lines. */",
    "// one,",
    "// and on",
    'const joined = "begun " + "here " + name;',
    "const template = `with ${name} in it`;",
    String.raw`const pattern = /a \`mark\`/;`,
  ].join("\n");
  const texts = textsOfCode("x.ts", ts.createSourceFile("x.ts", source, ts.ScriptTarget.Latest, true));
  assert.deepEqual(
    texts.map(({ line, says }) => `${line}: ${says.trim()}`),
    ["6: begun here …", "7: with … in it", "8: /a `mark`/", "2: A comment in two lines.", "4: one, and on"],
  );
});

test("reads a page's paragraphs in one piece, and its fences line by line", () => {
  const page = [
    "# Head",
    "one",
    "two",
    "",
    "- item",
    "  goes on",
    "",
    "```sh",
    "first",
    "second",
    "```",
    "end",
  ].join("\n");
  assert.deepEqual(
    textsOfPage("x.md", page).map(({ line, says }) => `${line}: ${says}`),
    [
      "1: # Head",
      "2: one two",
      "5: - item goes on",
      "8: ```sh",
      "9: first",
      "10: second",
      "11: ```",
      "12: end",
    ],
  );
});

test("gives headings the anchors that GitHub gives them", () => {
  const page = "# A `b`: c & d!\n## Same\n## Same\n```\n# not one\n```\n### [Link](x.md) – it_is 2.0 #\n";
  assert.deepEqual([...anchorsOf(page)], ["a-b-c--d", "same", "same-1", "link--it_is-20"]);
});

test("reads from the commands' own sources what they take", () => {
  const { scripts } = world;
  assert.ok(scripts.get("up")?.flags?.has("--recover"));
  assert.ok(scripts.get("restore")?.flags?.has("--take-over"));
  for (const name of ["up", "restore", "secrets"]) assert.equal(scripts.get(name), program.get(name));
  assert.ok(program.get("status")?.flags?.has("--json"));
  assert.ok(scripts.get("test")?.flags?.has("--only"));
  for (const name of ["init", "list", "rotate"])
    assert.ok(scripts.get("secrets")?.subcommands.has(name), name);
  assert.ok(scripts.get("bench")?.subcommands.get("up")?.has("--cold"));
  assert.ok(scripts.get("bench")?.subcommands.get("point")?.has("--cold") === false);
  assert.ok(world.agent.get("points")?.flags?.has("--offsite"));
  assert.ok(world.agent.has("restore") && world.agent.has("sign"));
});
