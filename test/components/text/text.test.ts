import assert from "node:assert/strict";
import test from "node:test";
import { execFileSync } from "node:child_process";
import { renderIni } from "../../../components/text/ini.ts";
import { commandLine, quote } from "../../../components/text/shell.ts";
import { renderTemplate } from "../../../components/text/template.ts";

test("quotes only words that a shell would change", () => {
  assert.equal(quote("/etc/kaleem/agent.json"), "/etc/kaleem/agent.json");
  assert.equal(quote("{candidate}"), "'{candidate}'");
  assert.equal(quote("it's"), `'it'\\''s'`);
  assert.equal(quote(""), "''");
});

test("a command line gives a shell the very words it was made of", () => {
  const words = ["a b", "it's", "$HOME", "*", "", "\\", 'say "x"', "new\nline", "{a,b}", "~"];
  const printed = execFileSync("sh", ["-c", `printf '%s\\0' ${commandLine(words)}`], { encoding: "utf8" });
  assert.deepEqual(printed.split("\0").slice(0, -1), words);
});

test("renders sections in order, with repeated keys", () => {
  const text = renderIni([
    { name: "Unit", entries: [["Description", "x"]] },
    {
      name: "Service",
      entries: [
        ["ReadWritePaths", "/a"],
        ["ReadWritePaths", "/b"],
        ["Nice", 5],
        ["PrivateTmp", true],
      ],
    },
  ]);
  assert.equal(
    text,
    "[Unit]\nDescription=x\n\n[Service]\nReadWritePaths=/a\nReadWritePaths=/b\nNice=5\nPrivateTmp=yes\n",
  );
});

test("refuses a value that would break out of its line", () => {
  const render = (value: string) => () => renderIni([{ name: "Service", entries: [["ExecStart", value]] }]);
  assert.throws(render("a\nUser=root"), { message: "ini: ExecStart: a value must fit on one line" });
  assert.throws(render("a\\"), { message: "ini: ExecStart: a value must fit on one line" });
});

test("puts values into their places and leaves all else alone", () => {
  assert.equal(renderTemplate("{{a}} $x { {{b}} }", { a: 1, b: "two" }), "1 $x { two }");
});

test("a template names every missing and every unused value at once", () => {
  assert.throws(() => renderTemplate("{{a}} {{b}}", { b: 1, c: 2 }), {
    message: 'template: {{a}} has no value; the value "c" has no placeholder',
  });
});
