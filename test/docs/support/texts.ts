import ts from "typescript";
import { codeFiles, repositoryFiles, textOf, treeOf, walk } from "./sources.ts";

/** One piece of text that someone reads: a string, a comment, a paragraph of a page. */
export interface Text {
  readonly file: string;
  /** Line on which it begins, from 1. */
  readonly line: number;
  /** What it says, a paragraph on one line; `…` stands for what a program puts in. */
  readonly says: string;
  readonly kind: "string" | "comment" | "page";
}

/** Made by a program from texts that are read here, or recorded elsewhere, or not text. */
const leftOut =
  /^(test\/(fixtures|golden)\/|schemas\/|docs\/(account-)?config\.md$|LICENSE$)|lock\.json$|\.lock$|go\.(mod|sum)$|cloudflare-ranges\.txt$/;

/** Every text of the repository. */
export function allTexts(): Text[] {
  return repositoryFiles
    .filter((file) => !leftOut.test(file))
    .flatMap((file) =>
      codeFiles.includes(file) ? textsOfCode(file, treeOf(file)) : textsOfPage(file, textOf(file)),
    );
}

/** A page's paragraphs, each on one line; what stands in a fence keeps its lines. */
export function textsOfPage(file: string, text: string): Text[] {
  const texts: Text[] = [];
  let fenced = false;
  let open = false;
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^\s*(```|~~~)/.test(line);
    if (fence) fenced = !fenced;
    const alone = fenced || fence || !file.endsWith(".md") || /^\s*([#|]|[-*] |\d+\. |$)/.test(line);
    const last = texts.at(-1);
    // A list item and a paragraph go on in the next line, when that begins nothing of its own.
    if (!alone && open && last !== undefined)
      texts[texts.length - 1] = { ...last, says: `${last.says} ${line.trim()}` };
    else texts.push({ file, line: index + 1, says: line, kind: "page" });
    open = !fenced && !fence && line.trim() !== "" && !/^\s*[#|]/.test(line);
  }
  return texts.filter(({ says }) => says.trim() !== "");
}

/** A program's strings (joined ones as one) and comments. */
export function textsOfCode(file: string, tree: ts.SourceFile): Text[] {
  const texts: Text[] = [];
  const add = (position: number, says: string, kind: Text["kind"]): void => {
    texts.push({ file, line: tree.getLineAndCharacterOfPosition(position).line + 1, says, kind });
  };
  const part = new Set<ts.Node>();
  walk(tree, (node) => {
    if (part.has(node) || isImport(node)) return;
    const pieces = piecesOf(node, part);
    if (pieces !== null) add(node.getStart(), pieces, "string");
    if (ts.isRegularExpressionLiteral(node))
      add(node.getStart(), node.text.replaceAll(/\\(.)/g, "$1"), "string");
  });
  for (const { pos, end } of commentsOf(tree)) {
    const words = tree.text
      .slice(pos, end)
      .split("\n")
      .map((line) =>
        line
          .replace(/^\s*(\/\*\*?|\*\/|\*|\/\/)\s?/, "")
          .replace(/\*\/\s*$/, "")
          .trim(),
      )
      .join(" ");
    add(pos, words, "comment");
  }
  return texts;
}

/** A string's text, a template's with `…` for its holes, a sum's as one; null for what is no string. Marks the parts as read. */
function piecesOf(node: ts.Node, part: Set<ts.Node>): string | null {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join("");
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [piecesOf(node.left, part), piecesOf(node.right, part)];
    if (left === null && right === null) return null;
    if (left !== null) part.add(node.left);
    if (right !== null) part.add(node.right);
    return `${left ?? "…"}${right ?? "…"}`;
  }
  return null;
}

function isImport(node: ts.Node): boolean {
  const { parent } = node as { parent?: ts.Node };
  if (parent === undefined) return false;
  return (
    ts.isImportDeclaration(parent) ||
    ts.isExportDeclaration(parent) ||
    (ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword)
  );
}

/** Every comment once; those that follow each other line by line as one. */
function commentsOf(tree: ts.SourceFile): { pos: number; end: number }[] {
  const found = new Map<number, number>();
  const look = (node: ts.Node): void => {
    const ranges = [
      ...(ts.getLeadingCommentRanges(tree.text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(tree.text, node.getEnd()) ?? []),
    ];
    for (const { pos, end } of ranges) found.set(pos, end);
    for (const child of node.getChildren(tree))
      if (child.kind < ts.SyntaxKind.FirstJSDocNode || child.kind > ts.SyntaxKind.LastJSDocNode) look(child);
  };
  look(tree);
  const comments: { pos: number; end: number }[] = [];
  for (const [pos, end] of [...found].sort(([a], [b]) => a - b)) {
    const last = comments.at(-1);
    const goesOn =
      last !== undefined &&
      tree.text.startsWith("//", pos) &&
      /^\s*$/.test(tree.text.slice(last.end, pos)) &&
      tree.text.startsWith("//", last.pos);
    if (goesOn) last.end = end;
    else comments.push({ pos, end });
  }
  return comments;
}
