import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript";
import { repositoryRoot } from "../../../workstation/repository.ts";

/** The repository's root. */
export const repository = repositoryRoot;

/** Every file that the repository holds or is about to (not ignored), by its path from the root. */
export const repositoryFiles: readonly string[] = execFileSync(
  "git",
  ["ls-files", "--cached", "--others", "--exclude-standard"],
  { cwd: repository, encoding: "utf8" },
)
  .split("\n")
  .filter((file) => file !== "" && existsSync(resolve(repository, file)));

/** A repository file's text. */
export function textOf(file: string): string {
  return readFileSync(resolve(repository, file), "utf8");
}

const code = /\.(ts|mjs|cjs|js)$/;

/** The repository's own code, tests too. */
export const codeFiles: readonly string[] = repositoryFiles.filter(
  (file) => code.test(file) && !file.startsWith("test/fixtures/"),
);

const parsed = new Map<string, ts.SourceFile>();

/** A code file's syntax tree. */
export function treeOf(file: string): ts.SourceFile {
  let tree = parsed.get(file);
  if (tree === undefined) {
    const kind = file.endsWith(".ts") ? ts.ScriptKind.TS : ts.ScriptKind.JS;
    tree = ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest, true, kind);
    parsed.set(file, tree);
  }
  return tree;
}

/** Calls `see` for every node of a tree. */
export function walk(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => {
    walk(child, see);
  });
}
