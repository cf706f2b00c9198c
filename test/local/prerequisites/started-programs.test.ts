import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { repositoryRoot } from "../../../workstation/repository.ts";
import { startedPrograms } from "./started-programs.ts";

const root = repositoryRoot;
const file = join(root, "test/local/prerequisites/sample.ts");
const options: ts.CompilerOptions = {
  ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, strict: true },
  ...{ target: ts.ScriptTarget.ES2022, types: ["node"], skipLibCheck: true, noEmit: true },
};

/** The types of Node and of execa are read once. */
const read = new Map<string, ts.SourceFile | undefined>();

/** What a file with these lines starts: names, and `?` before what could not be followed. */
function startedBy(...lines: string[]): string[] {
  const text = [
    'import { spawn, spawnSync, execFile, execFileSync, exec, execSync } from "node:child_process";',
    'import * as processes from "node:child_process";',
    'import { execa, $ } from "execa";',
    'import { promisify } from "node:util";',
    ...lines,
    "export {};",
  ].join("\n");
  const host = ts.createCompilerHost(options);
  const onDisk = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) => {
    if (name === file) return ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
    if (!read.has(name)) read.set(name, onDisk(name, ...rest));
    return read.get(name);
  };
  const names = startedPrograms(ts.createProgram([file], options, host), root).map(
    ({ program, expression }) => program ?? `?${expression}`,
  );
  return [...new Set(names)];
}

test("Node's and execa's own ways, with or without a folder before the name", () => {
  assert.deepEqual(
    startedBy(
      'spawn("one"); spawnSync("/usr/bin/two", []); execFileSync("three");',
      'execFile("four", () => undefined); exec("five --now"); execSync("six | seven");',
      'execa("eight", ["x"]); processes.spawn("nine");',
    ).sort(),
    ["eight", "five", "four", "nine", "one", "seven", "six", "three", "two"],
  );
});

test("names that stand in constants, alternatives, defaults and properties", () => {
  assert.deepEqual(
    startedBy(
      'const name = "one"; spawn(name);',
      'spawn(process.argv.length > 2 ? "two" : "three");',
      'const known = { pager: "four" }; spawn(known.pager);',
      'for (const each of ["five", "six"]) spawn(each);',
      'const argv = ["seven", "x"] as const; const [first, ...rest] = argv; spawn(first, rest);',
    ).sort(),
    ["five", "four", "one", "seven", "six", "three", "two"],
  );
});

test("functions and methods that pass on what they start, however deep", () => {
  assert.deepEqual(
    startedBy(
      "function run(argv: readonly string[]) { const [name = '?', ...rest] = argv; return spawn(name, rest); }",
      'run(["one"]);',
      'const docker = (...args: string[]) => run(["two", ...args]); docker("ps");',
      "function deep(name: string) { return run([name, 'x']); }",
      'deep("three");',
      "function late({}: object, name = 'four') { spawn(name); }",
      'late({}); late({}, "five");',
    ).sort(),
    ["five", "four", "one", "three", "two"],
  );
});

test("methods that are called through an interface", () => {
  assert.deepEqual(
    startedBy(
      "interface Host { run(argv: readonly string[]): unknown }",
      "class Here implements Host { run(argv: readonly string[]) { return spawn(argv[0] ?? '', argv.slice(1)); } }",
      'const host: Host = new Here(); host.run(["one"]);',
      "const there: Host = { run: (argv) => spawn(argv[0] ?? '') };",
      "function use(any: Host) { any.run(['two']); }",
      "use(there);",
    ).sort(),
    ["one", "two"],
  );
});

test("what a shell or a wrapper is given to start", () => {
  assert.deepEqual(
    startedBy(
      'spawn("sh", ["-c", "one --x | two; if three; then echo no; fi"]);',
      'spawn("four --y && five", { shell: true });',
      'spawn("setpriv", ["--pdeathsig", "TERM", "--", "six", "x"]);',
      'spawn("flock", ["--exclusive", "/lock", "sh", "-c", "exec seven"]);',
      "const pass = (argv: string[]) => spawn('sh', ['-c', 'exec \"$@\"', 'sh', ...argv]);",
      "pass(['eight']);",
    ).sort(),
    [...["eight", "five", "flock", "four", "one", "setpriv", "seven", "sh"], ...["six", "three", "two"]],
  );
});

test("what runs behind ssh is not on this machine, and Node itself needs no package", () => {
  assert.deepEqual(startedBy('spawn("ssh", ["host", "lvs"]); spawn(process.execPath, ["x"]);'), ["ssh"]);
});

test("what cannot be followed is told as it stands, never left out", () => {
  assert.deepEqual(
    startedBy(
      'spawn(process.env["PAGER"] ?? "");',
      "const later = promisify(execFile);",
      "await $`one`;",
      'await import("node:child_process");',
      "spawnSync(String(process.argv[2]), []);",
      'spawn("sh", ["-c", process.argv[3] ?? ""]);',
    ),
    [
      '?process.env["PAGER"]',
      "?promisify(execFile)",
      "?$`one`",
      '?import("node:child_process")',
      "?String(process.argv[2])",
      ...["sh", "?sh: process.argv[3]"],
    ],
  );
});
