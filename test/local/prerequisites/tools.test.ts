import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { before, test } from "node:test";
import ts from "typescript";
import { repositoryRoot } from "../../../workstation/repository.ts";
import {
  essentialPrograms,
  lookedForWhenNeeded,
  tools,
  type Occasion,
} from "../../../local/prerequisites/tools.ts";
import { shellCommands } from "./shell-commands.ts";
import { startedPrograms, type StartedProgram } from "./started-programs.ts";
import { elsewhere, understand, understood } from "./understood-starts.ts";

const root = repositoryRoot;
const essential = new Set(Object.values(essentialPrograms).flat());
/** A tool's name as it is started; those that are files without being programs are left out. */
const declared = new Map(
  tools.filter(({ needs }) => !needs.startsWith("usr/share/")).map((tool) => [basename(tool.needs), tool]),
);

let program: ts.Program;
/** Every program that is started, each with the place; those of understood places and of their scripts among them. */
let started: { readonly program: string; readonly file: string; readonly line: number }[];
let starts: StartedProgram[];

before(() => {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined };
  const config = ts.getParsedCommandLineOfConfigFile(join(root, "tsconfig.json"), {}, host);
  assert.ok(config !== undefined && config.errors.length === 0);
  const files = [...config.fileNames, join(root, "operator/start.mjs")];
  program = ts.createProgram(files, { ...config.options, allowJs: true });
  starts = startedPrograms(program, root);
  started = starts.flatMap((start) => programsOf(start).map((name) => ({ ...start, program: name })));
});

function programsOf(start: StartedProgram): readonly string[] {
  if (start.program !== undefined) return [start.program];
  const { programs = [], scripts = [] } = understand(start) ?? {};
  return [
    ...programs,
    ...scripts.flatMap((script) => shellCommands(readFileSync(join(root, script), "utf8"))),
  ];
}

test("each place that starts a program can be followed to its name", () => {
  const lost = starts
    .filter((start) => start.program === undefined && understand(start) === undefined)
    .map(({ file, line, expression }) => `${file}:${line}: what does this start? ${expression}`);
  assert.deepEqual(lost, []);
});

test("each program that is started is declared, so that a bare machine gets it", () => {
  const undeclared = started
    .filter(
      (start) =>
        !declared.has(start.program) &&
        !essential.has(start.program) &&
        !lookedForWhenNeeded.includes(start.program) &&
        !elsewhere.some(({ program: name, below }) => name === start.program && start.file.startsWith(below)),
    )
    .map((start) => `${start.file}:${start.line}: ${start.program} is not in local/prerequisites/tools.ts`);
  assert.deepEqual(undeclared, []);
});

test("a tool is declared for each stage whose tests start it", () => {
  const importers = testImporters();
  const wrong = started.flatMap(({ program: name, file, line }) => {
    const neededBy = declared.get(name)?.neededBy ?? [];
    if (!declared.has(name)) return [];
    return [...stagesOf(file, importers)]
      .filter((stage) => !neededBy.includes(stage))
      .map((stage) => `${file}:${line}: ${name} is started by ${stage} tests, and not declared for them`);
  });
  assert.deepEqual(wrong, []);
});

test("nothing is declared, excused or explained that the code does not start", () => {
  const names = new Set(started.map((start) => start.program));
  const unused = [...declared.keys(), ...essential, ...lookedForWhenNeeded].filter(
    (name) => !names.has(name),
  );
  assert.deepEqual(unused, []);
  const excused = elsewhere.filter(
    ({ program: name, below }) =>
      !started.some((start) => start.program === name && start.file.startsWith(below)),
  );
  assert.deepEqual(excused, []);
  assert.deepEqual(
    understood.filter((entry) => !starts.some((start) => understand(start) === entry)),
    [],
  );
});

test("no program is declared twice, nor both as a tool and as essential", () => {
  const names = [...tools.map(({ needs }) => basename(needs)), ...essential, ...lookedForWhenNeeded];
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
});

/** File below test/ → the files below test/ that import it. */
function testImporters(): Map<string, Set<string>> {
  const importers = new Map<string, Set<string>>();
  const options = program.getCompilerOptions();
  for (const source of program.getSourceFiles()) {
    const file = relative(root, source.fileName);
    if (!file.startsWith("test/")) continue;
    for (const statement of source.statements) {
      if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
      const found = ts.resolveModuleName(statement.moduleSpecifier.text, source.fileName, options, ts.sys);
      const target = relative(root, found.resolvedModule?.resolvedFileName ?? "");
      if (target.startsWith("test/")) importers.set(target, (importers.get(target) ?? new Set()).add(file));
    }
  }
  return importers;
}

/** The stages whose tests run a file below test/: by its name, or by whoever imports it. None for other files. */
function stagesOf(
  file: string,
  importers: ReadonlyMap<string, ReadonlySet<string>>,
  seen = new Set<string>(),
): Set<Occasion> {
  if (seen.has(file) || !file.startsWith("test/")) return new Set();
  seen.add(file);
  if (file.startsWith("test/e2e/")) return new Set(["e2e"]);
  if (file.endsWith(".live.test.ts") || file.startsWith("test/live/")) return new Set(["live"]);
  if (file.endsWith(".test.ts")) return new Set(["unit"]);
  return new Set(
    [...(importers.get(file) ?? [])].flatMap((importer) => [...stagesOf(importer, importers, seen)]),
  );
}
