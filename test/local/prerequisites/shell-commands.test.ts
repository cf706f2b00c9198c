import assert from "node:assert/strict";
import { test } from "node:test";
import { shellCommands } from "./shell-commands.ts";

test("the first word of each command in lists, pipelines and groups", () => {
  assert.deepEqual(shellCommands("a -x; b && c || d | e & f\n(g; h)\n{ i; }"), [
    "a",
    "b",
    "c",
    "d",
    "e",
    "f",
    "g",
    "h",
    "i",
  ]);
});

test("words that the shell takes itself are no programs", () => {
  const text =
    'set -eu; if a; then cd /; else exit 1; fi; while ! b; do sleep 1; done; [ -e x ] && echo "c"; : x';
  assert.deepEqual(shellCommands(text), ["a", "b", "sleep"]);
});

test("assignments and redirections stand before a program", () => {
  assert.deepEqual(shellCommands("LC_ALL=C a; >out 2>&1 b; X=1 Y=2; c >&2"), ["a", "b", "c"]);
});

test("substitutions are commands, in quotes too", () => {
  assert.deepEqual(shellCommands('echo "$(a "$(b)")" `c`; x=$(d | e); echo \'$(no)\' $((1 + 2))').sort(), [
    ...["a", "b", "c", "d", "e"],
  ]);
});

test("what `xargs`, `exec`, `trap` and `env` start", () => {
  assert.deepEqual(shellCommands("a | xargs -0 b; exec c; trap 'd; e' EXIT; env -i f").sort(), [
    ...["a", "b", "c", "d", "e", "env", "f", "xargs"],
  ]);
});

test("the text of a here-document and of a comment is none, a function of the text is none", () => {
  assert.deepEqual(shellCommands("# no\nf() { a; }\ncat <<'EOF'\nno; no\nEOF\nf x\nb"), ["a", "cat", "b"]);
});

test("the patterns of `case` are none, its commands are", () => {
  assert.deepEqual(shellCommands('case "$1" in x | y) a ;; *) b ;; esac; c'), ["a", "b", "c"]);
});

test("conditions, arithmetic and arrays are none", () => {
  assert.deepEqual(shellCommands("[[ $x =~ ^(a|b)$ ]] && a; (($# > 1)) || b; list=(no no); list+=(no); c"), [
    ...["a", "b", "c"],
  ]);
});

test("a program whose name is a variable is told as it stands there", () => {
  assert.deepEqual(shellCommands('"$program" --x; a'), ["$program", "a"]);
});
