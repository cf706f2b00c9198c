import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { drillEntryName, signedEntrySchema } from "../../../contract/drill-history.ts";
import {
  judgeHistory,
  nextEntry,
  type AskSigner,
  type StoredEntry,
} from "../../../drill/history/judge-history.ts";

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
/** Stands for a signature: only of this very text, by this very person. */
const askSigner: AskSigner = ({ text, signature }) =>
  Promise.resolve(signature === `ops:${digest(text)}` ? { signer: "ops" } : { why: "it is of another text" });

function entry(
  sequence: number,
  change: Record<string, unknown>,
  former: string | null,
): { text: string; stored: StoredEntry } {
  const text = JSON.stringify({
    version: 1,
    sequence,
    previous: former === null ? null : digest(former),
    stack: "prod",
    appendedAt: `2026-01-0${sequence}T00:00:00.000Z`,
    nonce: `n${sequence}`,
    record: {
      id: `drill ${sequence}`,
      scenario: "total-loss",
      finishedAt: "2026-01-01T00:00:00.000Z",
      success: false,
      rto: { seconds: null },
    },
    ...change,
  });
  const body = JSON.stringify({ version: 1, entry: text, signature: `ops:${digest(text)}` });
  return { text, stored: { file: drillEntryName(sequence), body } };
}

/** Three entries, each signed and following the one before. */
function sound(change: Record<string, unknown> = {}): StoredEntry[] {
  let former: string | null = null;
  return [1, 2, 3].map((sequence) => {
    const { text, stored } = entry(sequence, change, former);
    former = text;
    return stored;
  });
}
const found = async (stored: readonly StoredEntry[]) =>
  (await judgeHistory("prod", stored, askSigner)).findings.map(
    ({ file, kind, sentence }) => `${file}: ${kind}: ${sentence}`,
  );
const replaced = (index: number, body: (former: string) => string): StoredEntry[] =>
  sound().map((one, at) => (at === index ? { ...one, body: body(one.body) } : one));

describe("a history of drills", () => {
  it("is sound when each entry is signed and names the one before it, in whatever order the bucket lists them", async () => {
    assert.deepEqual(await found(sound()), []);
    assert.deepEqual(await found(sound().reverse()), []);
  });

  it("that is empty proves nothing", async () => {
    assert.deepEqual(await found([]), [
      "000001.json: empty: no drill was ever recorded, or all were removed",
    ]);
  });

  const changed: [string, StoredEntry[], RegExp[]][] = [
    [
      "an entry that is gone",
      sound().filter((_, at) => at !== 1),
      [/^000002\.json: missing: is missing: it was removed/],
    ],
    ["the first ones gone", sound().slice(2), [/^000001\.json: missing:/, /^000002\.json: missing:/]],
    [
      "a failure made a success",
      replaced(1, (body) => body.replace(String.raw`\"success\":false`, String.raw`\"success\":true`)),
      [
        /^000002\.json: signature: it is of another text$/,
        /^000003\.json: chain: does not follow 000002\.json: that one, or this, is another than it was$/,
      ],
    ],
    [
      "an entry in another's place",
      replaced(2, () => sound()[1]?.body ?? ""),
      [/^000003\.json: altered: says that it is number 2$/, /^000003\.json: chain:/],
    ],
    [
      "one that is no JSON",
      replaced(2, () => "{"),
      [/^000003\.json: altered: cannot be understood: it is no signed entry$/],
    ],
    [
      "one whose text is no entry",
      replaced(2, () => JSON.stringify({ version: 1, entry: "{}", signature: "" })),
      [/^000003\.json: altered: cannot be understood: its text is no entry of a drill$/],
    ],
    [
      "a first one that follows something",
      [entry(1, { previous: "0".repeat(64) }, null).stored],
      [/^000001\.json: chain: does not follow nothing, as the first one does/],
    ],
    [
      "what is no entry",
      [...sound(), { file: "readme.txt", body: "" }],
      [/^readme\.txt: stray: is no entry/],
    ],
  ];
  for (const [what, stored, wanted] of changed)
    it(`names ${what}`, async () => {
      const findings = await found(stored);
      assert.equal(findings.length, wanted.length, findings.join("\n"));
      for (const [index, pattern] of wanted.entries()) assert.match(findings[index] ?? "", pattern);
    });

  it("has no entry of another stack's, though it is signed", async () => {
    const findings = await found(sound({ stack: "staging" }));
    assert.equal(findings[0], "000001.json: foreign: is of stack staging's history, not of prod's");
    assert.equal(findings.length, 3);
  });

  it("names an entry that is older than the one before it", async () => {
    const first = entry(1, { appendedAt: "2026-01-09T00:00:00.000Z" }, null);
    const findings = await found([first.stored, entry(2, {}, first.text).stored]);
    assert.deepEqual(findings, [
      "000002.json: order: is of 2026-01-02T00:00:00.000Z, before the one that it follows",
    ]);
  });

  it("goes on after an entry that cannot be read, which stays to be seen", async () => {
    const broken = [...sound().slice(0, 1), { file: drillEntryName(2), body: "{" }];
    const { sequence, previous } = nextEntry(broken);
    assert.deepEqual([sequence, previous], [3, digest("{")]);
    assert.deepEqual(await found([...broken, entry(3, {}, "{").stored]), [
      "000002.json: altered: cannot be understood: it is no signed entry",
    ]);
  });

  it("goes on after the highest number, by the digest of its text", () => {
    const stored = sound();
    const { entry: last } = signedEntrySchema.parse(JSON.parse(stored[2]?.body ?? ""));
    assert.deepEqual(nextEntry(stored.reverse()), { sequence: 4, previous: digest(last) });
    assert.deepEqual(nextEntry([]), { sequence: 1, previous: null });
  });
});
