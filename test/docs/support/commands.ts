import { dirname } from "node:path";
import ts from "typescript";
import { listedCommands } from "../../../operator/listed-commands.ts";
import { importClosure } from "./imports.ts";
import { repositoryFiles, textOf, treeOf, walk } from "./sources.ts";

/** What one npm script, one command of the program, or one of the host's agent, can be given. */
export interface Command {
  /** Flags that it takes, whichever subcommand is meant; null when another program reads them. */
  readonly flags: ReadonlySet<string> | null;
  /** Its subcommands, each with the flags that only it takes; none when it has none. */
  readonly subcommands: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The commands of `./kaleem` by name, each with what its source takes. */
export function programCommands(): Map<string, Command> {
  return new Map(listedCommands.map(({ name, file }) => [name, commandOf(file)]));
}

/** The npm scripts by name, each with what it takes: a command of the program, or the .ts file that its line in package.json names. */
export function npmScripts(program: ReadonlyMap<string, Command>): Map<string, Command> {
  const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
  return new Map(
    Object.entries(scripts).map(([name, line]) => {
      const called = /^\.\/kaleem (\S+)$/.exec(line)?.[1];
      if (called !== undefined) {
        const command = program.get(called);
        if (command === undefined) throw new Error(`package.json: npm run ${name}: no command ${called}`);
        return [name, command];
      }
      const source = line.split(" ").find((word) => word.endsWith(".ts"));
      if (source === undefined) return [name, { flags: null, subcommands: new Map() }];
      if (!repositoryFiles.includes(source))
        throw new Error(`package.json: npm run ${name}: there is no ${source}`);
      return [name, commandOf(source)];
    }),
  );
}

/** What a command's source takes: the options that it and what it imports define with commander. */
function commandOf(source: string): Command {
  const subcommands = new Map<string, Set<string>>();
  const flags = new Set(["--help"]);
  let commander = false;
  for (const file of importClosure(source)) {
    if (!/["'](commander|.*\/operator-command\.ts)["']/.test(textOf(file))) continue;
    commander = true;
    const tree = treeOf(file);
    const makers = subcommandMakers(tree);
    walk(tree, (node) => {
      for (const name of namedSubcommand(node, makers))
        if (!subcommands.has(name)) subcommands.set(name, new Set());
    });
    walk(tree, (node) => {
      const flag = definedFlag(node);
      if (flag === null) return;
      const owners = ts.isCallExpression(node) ? ownersOf(node.expression, makers) : [];
      for (const name of owners) subcommands.get(name)?.add(flag);
      if (owners.length === 0) flags.add(flag);
    });
  }
  return { flags: commander ? flags : literalFlags(source), subcommands };
}

/** Of a command that reads its arguments itself: the flags that its folder's part of it compares them with. */
function literalFlags(source: string): Set<string> {
  const flags = new Set<string>();
  for (const file of importClosure(source).filter((each) => dirname(each) === dirname(source)))
    walk(treeOf(file), (node) => {
      if (!ts.isBinaryExpression(node) || !comparisons.has(node.operatorToken.kind)) return;
      if (ts.isStringLiteralLike(node.right) && /^--[a-z][a-z-]*$/.test(node.right.text))
        flags.add(node.right.text);
    });
  return flags;
}

const comparisons = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
]);

/** The flag that `.option("--x …")`, `.requiredOption("--x …")` or `new Option("--x …")` defines. */
function definedFlag(node: ts.Node): string | null {
  const defines =
    (ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      ["option", "requiredOption"].includes(node.expression.name.text)) ||
    (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "Option");
  const [first] = defines ? (node.arguments ?? []) : [];
  if (first === undefined || !ts.isStringLiteralLike(first)) return null;
  return /--[a-z][a-z-]*/.exec(first.text)?.[0] ?? null;
}

/** Functions of a file that make a subcommand of one of their parameters: their names, and which parameter it is. */
function subcommandMakers(tree: ts.SourceFile): Map<string, number> {
  const makers = new Map<string, number>();
  walk(tree, (node) => {
    const name = calledMethod(node) === "command" ? (node as ts.CallExpression).arguments[0] : undefined;
    if (name === undefined || !ts.isIdentifier(name)) return;
    for (let at: ts.Node = node; !ts.isSourceFile(at); at = at.parent) {
      if (!ts.isArrowFunction(at) && !ts.isFunctionDeclaration(at) && !ts.isFunctionExpression(at)) continue;
      const index = at.parameters.findIndex(
        (each) => ts.isIdentifier(each.name) && each.name.text === name.text,
      );
      const called = ts.isVariableDeclaration(at.parent) ? at.parent.name : at.name;
      if (index >= 0 && called !== undefined && ts.isIdentifier(called)) makers.set(called.text, index);
    }
  });
  return makers;
}

/** The subcommand that this very call names: `.command("x …")`, or a call of one of the makers with "x …". */
function namedSubcommand(node: ts.Node, makers: ReadonlyMap<string, number>): string[] {
  if (!ts.isCallExpression(node)) return [];
  const index =
    calledMethod(node) === "command"
      ? 0
      : ts.isIdentifier(node.expression)
        ? makers.get(node.expression.text)
        : undefined;
  const name = index === undefined ? undefined : node.arguments[index];
  return name !== undefined && ts.isStringLiteralLike(name) ? [name.text.split(" ")[0] ?? ""] : [];
}

/** The subcommands that a chain of calls hangs on. */
function ownersOf(chain: ts.Node, makers: ReadonlyMap<string, number>): string[] {
  const owners: string[] = [];
  walk(chain, (node) => {
    owners.push(...namedSubcommand(node, makers));
  });
  return owners;
}

function calledMethod(node: ts.Node): string | null {
  return ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)
    ? node.expression.name.text
    : null;
}

const agentSource = "recovery/agent/main.ts";

/**
 * The commands of the host's agent: those of its table and those that it compares its first argument with, with the flags that
 * its help names.
 *
 * @throws Error when the source has no help, or the help and the table differ
 */
export function agentCommands(): Map<string, Command> {
  const names = new Set<string>();
  let help = "";
  walk(treeOf(agentSource), (node) => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined) {
      if (node.name.text === "help") help = node.initializer.getText();
      if (node.name.text === "commands" && ts.isObjectLiteralExpression(node.initializer))
        for (const { name } of node.initializer.properties)
          if (name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name))) names.add(name.text);
    }
    if (
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.EqualsEqualsEqualsToken &&
      node.left.getText() === "command" &&
      ts.isStringLiteral(node.right)
    )
      names.add(node.right.text);
  });
  const flags = new Map<string, ReadonlySet<string>>();
  for (const [, usage = ""] of help.matchAll(/^ {2}([a-z]\S*(?: \S+)*)/gm)) {
    const [words = ""] = usage.split("  ");
    for (const name of words.matchAll(/(?:^|\| )([a-z][a-z-]*)/g))
      flags.set(name[1] ?? "", new Set(words.match(/--[a-z][a-z-]*/g) ?? []));
  }
  const unknown = [...flags.keys()].filter((name) => !names.has(name));
  if (flags.size === 0 || unknown.length > 0)
    throw new Error(
      `${agentSource}: its help names commands that it does not have: ${unknown.join(", ") || "no help"}`,
    );
  return new Map(
    [...names]
      .filter((name) => /^[a-z]/.test(name))
      .map((name) => [name, { flags: flags.get(name) ?? new Set(), subcommands: new Map() }]),
  );
}
