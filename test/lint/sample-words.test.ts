import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { repositoryRoot } from "../../workstation/repository.ts";

/** What is the platform's and the operator's: any application runs on it, and none of it may know the sample. */
const rooms = ["contract", "catalog", "components", "recovery", "operator", "drill"];

/**
 * Words of the sample application, wherever they stand in a name: several of what it sells, one of them as a thing, its receipts, its numbers.
 * "Order" alone is a sequence here, and is let be.
 */
const words: readonly RegExp[] = [
  /(?<![A-Za-z])orders(?![a-z])|Orders(?![a-z])|(?<![A-Za-z])ORDERS?(?![A-Z])/,
  /\b([Aa]n|[Nn]ew|[Ee]ach|[Ee]very|[Nn]o|[Ff]irst|[Ff]irst good|[Aa]cknowledged|[Pp]laced?) order\b/,
  /[Oo]rder(Digest|Writer|Id|Ids|Attempt|Request|Statistics|Tally|VectorSize)\b|[`"']order:/,
  /\/api\/orders?\b|[Rr]eceipts?\b/,
  /kaleem_(api|worker|webhooks|embedding)_/,
];

interface Allowed {
  readonly file: string;
  readonly line: RegExp;
  readonly because: string;
}

/** Lines that may say such a word, each with its reason; one that no line needs is refused, too. */
const allowed: readonly Allowed[] = [
  ...["recovery/point/manifest.ts", "recovery/restore/journal/journal.ts"].map((file) => ({
    file,
    line: /agents that judged orders; nothing is made of it/,
    because: "points and records of earlier commits have the key, and are read",
  })),
  ...["recovery/restore/report/proven-recovery.ts", "recovery/restore/report/report.ts"].map((file) => ({
    file,
    line: /agents that judged orders; nothing is made of it/,
    because: "reports of earlier commits have the key, and are read",
  })),
  {
    file: "recovery/point/manifest.ts",
    line: /ordersMayBeIn: z\.string\(\)\.optional\(\)/,
    because: "manifests of earlier commits have the key, and are read",
  },
  {
    file: "drill/drill-report.ts",
    line: /^ {2}orders: "writes",$/,
    because: "drill reports of earlier commits have the key, and are read",
  },
];

function linesWithWords(): { readonly file: string; readonly at: number; readonly line: string }[] {
  const listed = execFileSync("git", ["ls-files", "--", ...rooms], { cwd: repositoryRoot, encoding: "utf8" });
  return listed
    .split("\n")
    .filter((file) => file !== "")
    .flatMap((file) =>
      readFileSync(join(repositoryRoot, file), "utf8")
        .split("\n")
        .map((line, index) => ({ file, at: index + 1, line }))
        .filter(({ line }) => words.some((word) => word.test(line))),
    );
}

test("no word of the sample application stands in what any application runs on", () => {
  const found = linesWithWords();
  const isAllowed = (one: (typeof found)[number]) =>
    allowed.some(({ file, line }) => file === one.file && line.test(one.line));
  assert.deepEqual(
    found.filter((one) => !isAllowed(one)).map(({ file, at, line }) => `${file}:${at}: ${line.trim()}`),
    [],
    "say it for any application (a write, a record, a message), or allow the line with a reason in test/lint/sample-words.test.ts",
  );
  const idle = allowed.filter(
    ({ file, line }) => !found.some((one) => one.file === file && line.test(one.line)),
  );
  assert.deepEqual(idle, [], "no line needs these any more");
});

test("the words are found where they stand, and an order of things is none of them", () => {
  const finds = (line: string) => words.some((word) => word.test(line));
  for (const line of [
    "readonly holdsNoOrders?: string;",
    "redis.mGet(ids.map((id) => `order:${id}`))",
    'const orders = "orders";',
    "places one order and an order through the edge",
    "rate(kaleem_api_request_duration_seconds_count[5m])",
    "ORDERS",
  ])
    assert.ok(finds(line), line);
  for (const line of [
    "const order = compareVersions(present, held);",
    "The services in the catalog's order, whatever order they come in.",
    "new InventoryRecorder(request); copyOrder(key); inOrder(points); orderConstraints",
  ])
    assert.ok(!finds(line), line);
});
