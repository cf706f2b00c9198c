import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeRecord } from "../../../drill/record/make-record.ts";
import type { Recommendation } from "../../../drill/record/drill-record.ts";
import { renderMarkdown } from "../../../drill/record/render-markdown.ts";
import { renderPage } from "../../../drill/record/render-page.ts";
import { arabic } from "../../../drill/record/words-ar.ts";
import { english } from "../../../drill/record/words-en.ts";
import { steps } from "../../../drill/steps.ts";
import { phaseNames } from "../../../recovery/restore/plan/phase-name.ts";
import { facts, promised } from "./facts.ts";
import { parseMarkup, textOf, type Element } from "./parse-markup.ts";

const hostile = `<script>alert("1")</script> & | a\nb \u0007`;
const record = makeRecord({ ...facts, causes: [hostile] }, promised, null);
const page = renderPage(record);
const root = parseMarkup(page);
const all = (name: string, from: Element = root): Element[] => [
  ...(from.name === name ? [from] : []),
  ...from.children.flatMap((child) => (typeof child === "string" ? [] : all(name, child))),
];

describe("the page of a drill", () => {
  it("is whole: every tag that is opened is closed, in both languages, right to left where that is read so", () => {
    const articles = all("article");
    assert.deepEqual(
      articles.map(({ attributes }) => [attributes["lang"], attributes["dir"]]),
      [
        ["ar", "rtl"],
        ["en", "ltr"],
      ],
    );
    for (const article of articles) assert.equal(all("section", article).length, 8);
  });

  it("needs nothing else: no script, nothing that is loaded, and a policy that forbids both", () => {
    for (const name of ["script", "link", "img", "iframe", "object"]) assert.deepEqual(all(name), [], name);
    assert.doesNotMatch(page, /url\(|@import|https?:\/\/(?!www\.w3\.org\/2000\/svg")/);
    const policy = all("meta").find(({ attributes }) => attributes["http-equiv"] !== undefined);
    assert.match(policy?.attributes["content"] ?? "", /^default-src 'none'/);
  });

  it("shows what a tool said as text, whatever it is", () => {
    assert.ok(textOf(root).includes(`<script>alert("1")</script> & | a`));
    assert.doesNotMatch(page, /\u0007/);
  });

  it("fits a small screen and paper", () => {
    assert.ok(
      all("meta").some(({ attributes }) => attributes["content"] === "width=device-width, initial-scale=1"),
    );
    assert.match(page, /@media \(max-width: 40rem\)/);
    assert.match(page, /@media print/);
    for (const table of all("table"))
      assert.ok(all("div").some((div) => div.children.includes(table) && div.attributes["class"] === "wide"));
  });

  it("draws the timeline, a bar a phase within the picture, mirrored in Arabic", () => {
    const [right, left] = all("svg");
    assert.ok(right !== undefined && left !== undefined);
    const bars = (svg: Element) =>
      all("rect", svg).map(
        ({ attributes }) => [Number(attributes["x"]), Number(attributes["width"])] as const,
      );
    assert.equal(bars(left).length, record.phases.length);
    for (const [index, [x, width]] of bars(left).entries()) {
      assert.ok(x >= 0 && x + width <= 720.05, `${x} ${width}`);
      assert.ok(Math.abs((bars(right)[index]?.[0] ?? 0) - (720 - x - width)) < 0.11);
    }
    // 150 s of 395 s, begun after 165.
    assert.deepEqual(bars(left)[3], [300.8, 273.4]);
    assert.equal(right.attributes["direction"], "rtl");
  });
});

describe("the record in words", () => {
  it("has every part of a drill and of a restore in Arabic", () => {
    for (const name of [...Object.values(steps), ...phaseNames])
      assert.match(arabic.phase(name), /[\u0600-\u06ff]/, name);
    assert.equal(arabic.phase("a part of tomorrow"), "a part of tomorrow");
  });

  it("tells every recommendation in both languages, with its figures", () => {
    const each: readonly Recommendation[] = [
      { code: "mend", problem: "P1" },
      { code: "not-verified", store: "mongo", sentence: "P1", coverage: "P2" },
      { code: "near-limit", objective: "rto", of: null, seconds: 3000, limitSeconds: 3600 },
      { code: "near-limit", objective: "rpo", of: "mongo", seconds: 800, limitSeconds: 900 },
      { code: "slower", phase: "fetch", seconds: 70, beforeSeconds: 50, before: "P1" },
      { code: "slowest", phase: "fetch", seconds: 70, ofSeconds: 100 },
      { code: "people-waited", seconds: 160, machineSeconds: 140 },
      { code: "late", days: 93.4, afterDays: 92 },
      { code: "declare-check" },
    ];
    const figures = [
      "P1",
      "P2",
      "50 (min|د)",
      "13 (min|د) 20",
      "1 (min|د) 10 (s|ث)",
      "1 (min|د) 40",
      "2 (min|د) 40",
      "93",
      "businessChecks",
    ];
    for (const [index, one] of each.entries())
      for (const words of [english, arabic])
        assert.match(words.recommendation(one), new RegExp(figures[index] ?? "-"), words.language);
  });

  it("says in both languages that canaries alone prove the loss where no business check is declared", () => {
    const markdown = renderMarkdown(makeRecord({ ...facts, reads: null }, promised, null));
    assert.match(
      markdown,
      /^- No business check is declared .* canaries in its points alone prove the loss\.$/m,
    );
    assert.match(markdown, /^- لا فحص أعمال .*canaries/m);
  });

  it("is Markdown in both languages, in which nothing that a tool said becomes markup", () => {
    const markdown = renderMarkdown(record);
    assert.match(markdown, /^<div dir="rtl" lang="ar">$/m);
    assert.match(markdown, /^\*\*✗ Failed\*\*$/m);
    assert.match(markdown, /^- Actual RTO: 4 min of 1 h$/m);
    assert.match(markdown, /^- People took beside it: 1 min$/m);
    assert.match(markdown, /^\| mongo \| 1 min \| 15 min \|$/m);
    assert.match(markdown, /^\| stored \| 30 \| 12\.0 s \| 15 min \|$/m);
    assert.match(markdown, /^\| --- \| --- \|/m);
    assert.match(markdown, /^- \\<script\\>alert\("1"\)\\<\/script\\> & \\\| a b/m);
  });
});
