import { posix } from "node:path";
import ts from "typescript";
import { treeOf, walk } from "./sources.ts";

/** One file that another one imports. */
export interface Import {
  /** Its path from the repository's root, as the import names it. */
  readonly file: string;
  /** Whether it is loaded by `import()` only when it is needed. */
  readonly onDemand: boolean;
}

/** What a file imports of the repository's own: types too, packages not. */
export function importsOf(file: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, onDemand: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    if (specifier.text.startsWith("."))
      found.push({ file: posix.join(posix.dirname(file), specifier.text), onDemand });
  };
  walk(treeOf(file), (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier, false);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], true);
  });
  return found;
}

/** A file and all that it imports, directly or not. */
export function importClosure(file: string): string[] {
  const seen = new Set([file]);
  for (const each of seen)
    for (const { file: next } of importsOf(each)) if (/\.[mc]?[tj]s$/.test(next)) seen.add(next);
  return [...seen];
}
