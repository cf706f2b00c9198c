import assert from "node:assert/strict";
import test from "node:test";
import { ConfigError } from "../../../components/config/config-error.ts";
import { judgeStackYaml, readStackYaml } from "../../../components/config/stack-yaml.ts";

/** One key in a block of the settings, with this value. */
const block = (value: string) => `config:\n  kaleem:host:\n    port: ${value}\n`;
const problems = (text: string) => judgeStackYaml(text).problems;

test("reads settings, secrets and Pulumi's own keys", () => {
  assert.deepEqual(
    readStackYaml(
      'encryptionsalt: v1:abc=:v1:x+/=\nconfig:\n  kaleem:a: {secure: v1:x/y+z=}\n  kaleem:b: {c: 5m, d: [1, 0.5, true, "yes"]}\n  pulumi:tags: {e: f}\n',
      "f",
    ),
    {
      encryptionsalt: "v1:abc=:v1:x+/=",
      config: {
        "kaleem:a": { secure: "v1:x/y+z=" },
        "kaleem:b": { c: "5m", d: [1, 0.5, true, "yes"] },
        "pulumi:tags": { e: "f" },
      },
    },
  );
});

test("an empty file, one of comments and one whose config is empty hold nothing", () => {
  for (const text of ["", "# x\n", "config:\n", "config: {}\n"])
    assert.deepEqual(readStackYaml(text, "f").config ?? {}, {}, JSON.stringify(text));
});

test("a byte order mark, CRLF, a document's start and quotes change nothing", () => {
  for (const text of [
    "\ufeffconfig:\n  kaleem:a: { b: x, c: 22 }\n",
    "config:\r\n  kaleem:a:\r\n    b: x\r\n    c: 22\r\n",
    '---\nconfig: { "kaleem:a": { b: "x", \'c\': 22 } }\n',
  ])
    assert.deepEqual(readStackYaml(text, "f"), { config: { "kaleem:a": { b: "x", c: 22 } } });
});

const octal = "expected a number without zeros before it, which make it octal to some";
const values: readonly [value: string, sentence: string][] = [
  ["0022", `${octal}, got 0022 (line 3); write 22, or "0022" if a text is meant`],
  ["08", `${octal}, got 08 (line 3); write 8, or "08" if a text is meant`],
  ["-0_1", `${octal}, got -0_1 (line 3); write -1, or "-0_1" if a text is meant`],
  ["0o22", 'expected a decimal number, got 0o22 (line 3); write one, or "0o22" if a text is meant'],
  ["0x16", 'expected a decimal number, got 0x16 (line 3); write one, or "0x16" if a text is meant'],
  ["0b11", 'expected a decimal number, got 0b11 (line 3); write one, or "0b11" if a text is meant'],
  ["1_000", 'expected a number without _, got 1_000 (line 3); write 1000, or "1_000" if a text is meant'],
  ["+_5", 'expected a number without _, got +_5 (line 3); write +5, or "+_5" if a text is meant'],
  [
    "yes",
    'expected true or false, or a text in quotes, got yes (line 3); write true, or "yes" if a text is meant',
  ],
  [
    "Off",
    'expected true or false, or a text in quotes, got Off (line 3); write false, or "Off" if a text is meant',
  ],
  [
    "22:30",
    'expected a text in quotes, since some read a number of base 60, got 22:30 (line 3); write "22:30" if a text is meant',
  ],
  [
    "2026-11-30",
    'expected a text in quotes, since some read a date, got 2026-11-30 (line 3); write "2026-11-30" if a text is meant',
  ],
  [".inf", 'expected a number, got .inf (line 3); write one, or ".inf" if a text is meant'],
  [
    "1e400",
    'expected a number of 15 digits or less, got 1e400 (line 3); write fewer, or "1e400" if a text is meant',
  ],
  [
    "9007199254740993",
    'expected a number of 15 digits or less, got 9007199254740993 (line 3); write fewer, or "9007199254740993" if a text is meant',
  ],
  ["~", "expected a value, got ~ (line 3); write one, or take the key out"],
  ["", "expected a value, got nothing (line 3); write one, or take the key out"],
  ["!!str 22", "expected the value alone, got a tag (!…) (line 3); take it out; texts are written in quotes"],
  [
    "&x 22",
    "expected the value alone, got an anchor (&…) (line 3); write the value out in each place, or put it in quotes",
  ],
  ['"a\\/b"', "expected a text, got one with \\/ (line 3); write / without a backslash"],
  ["|2\n      a", "expected a text, got one with a number behind | or > (line 3); take the number out"],
];
for (const [value, sentence] of values) {
  test(`refuses ${JSON.stringify(value)}, which readers take differently, and says how to write it`, () => {
    assert.deepEqual(problems(block(value)), [`host.port: ${sentence}`]);
  });
}

test("what all readers take alike is taken", () => {
  for (const value of [
    "22",
    "-1",
    "+5",
    "1.50",
    ".5",
    "1e3",
    "0",
    "0.5",
    "true",
    "True",
    "10.0.0.1",
    "5m",
    "v1:a",
    '"0022"',
    "'yes'",
  ])
    assert.deepEqual(problems(block(value)), [], value);
});

test("refuses aliases, merge keys and keys that are no texts", () => {
  assert.deepEqual(problems("config:\n  kaleem:a: &x {b: 1}\n  kaleem:c: {<<: *x, d: *x, 022: 1}\n"), [
    "a: expected the value alone, got an anchor (&…) (line 2); write the value out in each place, or put it in quotes",
    "c: expected a key that is a text, got something else (line 3); write each key out, on one line",
    "c.d: expected the value itself, got an alias (*…) (line 3); write the value out, or put it in quotes",
    "c: expected a key that is a text, got something else (line 3); write each key out, on one line",
  ]);
});

test("refuses a key that stands twice, tabs, a second document and directives", () => {
  const twice = "expected each key once, got one again; take one of the two out";
  assert.deepEqual(problems("config:\n  kaleem:a: {x: 1, x: 2}\n"), [`line 2: ${twice}`]);
  assert.deepEqual(problems('config:\n  kaleem:a: 1\n  "kaleem:a": 2\n'), [`line 3: ${twice}`]);
  assert.deepEqual(problems("config:\n\tkaleem:a: 1\n"), [
    "line 2: expected spaces, got a tab; write spaces, or \\t within double quotes",
  ]);
  assert.deepEqual(problems("config: {}\n---\nconfig: {}\n"), [
    "line 2: expected one document, got a line --- that begins another; take it out",
  ]);
  assert.deepEqual(problems("%YAML 1.1\n---\nconfig: {}\n"), [
    "line 1: expected no directive (%…), which each reader takes in its own way; take it out",
  ]);
});

test("refuses characters that end a line for one reader and not for another, and what is no UTF-8", () => {
  for (const [text, found] of [
    ["# a\u2028config: {}\n", "the character U+2028"],
    ["# a\u0085config: {}\n", "the character U+0085"],
    ["# a\rconfig: {}\n", "the character U+000D"],
    ["config: {}\r", "the character U+000D"],
    ["config:\n  kaleem:a: \0\n", "the character U+0000"],
  ] as const)
    assert.match(
      problems(text).join("\n"),
      new RegExp(`^line \\d: expected plain text, got ${found.replace("+", "\\+")}; take it out$`),
    );
  assert.deepEqual(problems(Buffer.from("config: {}\n# \xe9\n", "latin1").toString("utf8")), [
    "line 2: expected text in UTF-8, got bytes that are none; save it as UTF-8",
  ]);
});

test("names every key that nothing reads, with the one that was meant, beside all other problems", () => {
  assert.deepEqual(
    problems(
      "config:\n  kaleen:closed: true\n  Kaleem:host: {}\n  docker:host: x\n  closed: true\n  kaleem:config:edge: {}\n  kaleem:backups: {pauseLimit: no}\nconfg: {}\n",
    ),
    [
      "kaleen:closed: nothing reads keys of kaleen:; did you mean kaleem:closed?",
      "Kaleem:host: nothing reads keys of Kaleem:; did you mean kaleem:host?",
      "docker:host: nothing reads keys of docker:; only those of kaleem: are known; take it out",
      "closed: expected kaleem: before it; write kaleem:closed",
      "kaleem:config:edge: expected kaleem:edge; write it so",
      'backups.pauseLimit: expected true or false, or a text in quotes, got no (line 7); write false, or "no" if a text is meant',
      "confg: unknown key; did you mean config?",
    ],
  );
});

test("says what is no stack file at all", () => {
  assert.deepEqual(problems("[a]"), ["the file: expected a key config, got something else"]);
  assert.deepEqual(problems("config: 7"), ["config: expected keys with values, got something else"]);
  assert.deepEqual(problems("config: {\n"), [
    "line 2: expected keys of one block below each other, and every bracket closed; correct it",
  ]);
});

test("shows nothing of a secret that somebody wrote in plain", () => {
  for (const secret of [
    "0123456",
    "*hush123456",
    "!hush123456",
    "&hush123456",
    "@hush123456",
    '"\\hush123456"',
    "{hush123456",
  ])
    assert.doesNotMatch(
      problems(`config:\n  kaleem:redis-password: ${secret}\n`).join("\n") || "accepted",
      /123456|accepted/,
      secret,
    );
});

test("throws one error with every problem, the file first", () => {
  assert.throws(
    () => readStackYaml("config:\n  closed: yes\n", "Pulumi.x.yaml"),
    (error) =>
      error instanceof ConfigError &&
      error.message ===
        "Pulumi.x.yaml: closed: expected kaleem: before it; write kaleem:closed\n" +
          'Pulumi.x.yaml: closed: expected true or false, or a text in quotes, got yes (line 2); write true, or "yes" if a text is meant',
  );
});
