import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { renderEnvironment } from "../../catalog/secret-environment.ts";

const start = readFileSync(new URL("../../catalog/files/start.sh", import.meta.url), "utf8");
const values = {
  LINES: "first\nsecond\n",
  QUOTES: `it's "quoted" \`true\` $(exit 1) $HOME \\ \\n`,
  EQUALS: "a=b=c",
  SPACES: "  around  ",
  EMPTY: "",
  WORDS: "كليم — 😀",
  KEY: "-----BEGIN KEY-----\nMII=\n-----END KEY-----\n",
};

/** Starts `printenv -0` as a container would be started, its secret file in a folder. */
function started(variables: Readonly<Record<string, string>>, shell: string): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "kaleem-start-"));
  try {
    writeFileSync(join(folder, "environment"), renderEnvironment(variables));
    writeFileSync(
      join(folder, "start"),
      start.replace("/run/secrets/environment", join(folder, "environment")),
    );
    const said = execFileSync(shell, [join(folder, "start"), "env", "-0"], {
      env: { PATH: process.env["PATH"] ?? "", PLAIN: "kept", EQUALS: "overruled" },
      encoding: "utf8",
    });
    const pairs = said.split("\0").filter((each) => each !== "");
    return Object.fromEntries(
      pairs.map((each) => [each.slice(0, each.indexOf("=")), each.slice(each.indexOf("=") + 1)]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const shell of ["sh", "bash"]) {
  test(`every value reaches the process unchanged through ${shell}, beside the plain variables`, () => {
    const got = started(values, shell);
    for (const [name, value] of Object.entries(values)) assert.equal(got[name], value, name);
    assert.equal(got["PLAIN"], "kept");
  });
}

test("the same variables give the same text, and what no environment can hold is named without its value", () => {
  assert.equal(renderEnvironment({ B: "2", A: "1" }), "export A='1'\nexport B='2'\n");
  assert.throws(() => renderEnvironment({ TOKEN: "s\0cret" }), {
    message: "TOKEN: a variable cannot hold a byte of zero",
  });
});
