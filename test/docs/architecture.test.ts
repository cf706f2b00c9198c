import assert from "node:assert/strict";
import { test } from "node:test";
import { moduleArrows, realArrows, type Arrow } from "./support/modules.ts";
import { textOf } from "./support/sources.ts";

const page = "docs/architecture.md";
const drawn = moduleArrows(page, textOf(page));
const real = realArrows();

test("every arrow of the module picture is an import, solid or on demand as it is drawn", () => {
  assert.deepEqual(missing(drawn, real), [], `${page}: take out what no file imports`);
});

test("every import between two modules is an arrow of the picture", () => {
  assert.deepEqual(missing(real, drawn), [], `${page}: draw it, or import less`);
});

test("no solid arrows make a circle", () => {
  const circles = drawn.filter(({ from, to, onDemand }) => !onDemand && reaches(to, from, new Set()));
  assert.deepEqual(circles.map(wordsOf), []);
});

test("a picture is read: both kinds of arrow, and a line of another form is refused", () => {
  const mermaid = (...lines: string[]) =>
    `## Modules\n\n\`\`\`mermaid\nflowchart TD\n${lines.join("\n")}\n\`\`\`\n`;
  assert.deepEqual(moduleArrows("x.md", mermaid("  a --> b", "  a -.-> c & d")).map(wordsOf), [
    "a --> b",
    "a -.-> c",
    "a -.-> d",
  ]);
  assert.throws(() => moduleArrows("x.md", mermaid("  a ==> b")), {
    message: 'x.md: Modules: expected "a --> b" or "a -.-> b", got "a ==> b"',
  });
  assert.throws(() => moduleArrows("x.md", "# No picture\n"), {
    message: 'x.md: expected a Mermaid picture below the heading "Modules", found none',
  });
});

function missing(these: readonly Arrow[], those: readonly Arrow[]): string[] {
  const known = new Set(those.map(wordsOf));
  return these.map(wordsOf).filter((arrow) => !known.has(arrow));
}

function wordsOf({ from, to, onDemand }: Arrow): string {
  return `${from} ${onDemand ? "-.->" : "-->"} ${to}`;
}

function reaches(from: string, goal: string, seen: Set<string>): boolean {
  if (from === goal) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return drawn.some((arrow) => arrow.from === from && !arrow.onDemand && reaches(arrow.to, goal, seen));
}
