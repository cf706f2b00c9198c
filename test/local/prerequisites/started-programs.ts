import { basename, relative } from "node:path";
import ts from "typescript";
import { shellCommands } from "./shell-commands.ts";

/** A place in the code that starts a program: its name, or the expression that could not be followed to one. */
export interface StartedProgram {
  /** Relative to the repository. */
  readonly file: string;
  readonly line: number;
  /** The program's name without a folder; undefined when `expression` says all that is known. */
  readonly program?: string;
  readonly expression: string;
}

/** What an expression stands for, as far as it can be told without running it. */
type Value =
  | { readonly kind: "text"; readonly text: string }
  /** The Node.js that runs already. */
  | { readonly kind: "node" }
  /** Whatever callers give for this parameter. */
  | { readonly kind: "parameter"; readonly parameter: ts.ParameterDeclaration }
  | { readonly kind: "unknown"; readonly text: string };

/** What callers gave for parameters, each to be read in the place where it was given. */
interface Scope {
  readonly given: ReadonlyMap<ts.ParameterDeclaration, Given>;
}
type Given = { readonly expression: ts.Expression; readonly scope: Scope } | { readonly values: Value[] };

/** A start that depends on a parameter of the function around it, so that each call of that function is a start. */
interface Start {
  readonly argv: (scope: Scope) => {
    readonly program: Value[];
    readonly args: Value[];
    readonly shell: boolean;
  };
}

type FunctionNode = ts.FunctionLikeDeclaration;

const nowhere: Scope = { given: new Map() };
/** How functions of these modules that start programs take what they start. */
const starters: Readonly<Record<string, "program" | "shell" | "node">> = {
  ...{ spawn: "program", spawnSync: "program", execFile: "program", execFileSync: "program" },
  ...{ exec: "shell", execSync: "shell", fork: "node" },
  ...{ execa: "program", execaSync: "program", execaNode: "node" },
  ...{ execaCommand: "shell", execaCommandSync: "shell", $: "shell" },
};
const shells = new Set(["sh", "bash", "dash"]);
/** Programs that start what stands behind their options. */
const wrappers = new Set([
  "setpriv",
  "flock",
  "nsenter",
  "timeout",
  "env",
  "nice",
  "ionice",
  "sudo",
  "chroot",
]);

/**
 * Every place in a program's sources below `root` that starts another program, by whatever way: Node's child processes or
 * execa, straight or through functions and methods that pass it on, through wrappers such as `setpriv`, and in the text
 * of `sh -c` and of image recipes' hooks. What runs behind `ssh` or in a container is not on this machine and not told.
 */
export function startedPrograms(program: ts.Program, root: string): StartedProgram[] {
  const checker = program.getTypeChecker();
  const sources = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.startsWith(`${root}/`) && !fileName.includes("/node_modules/"));
  const found = new Map<string, StartedProgram>();
  /** Function → the starts in it that its parameters decide. */
  const passing = new Map<ts.Node, Start[]>();
  const calls = new Map<ts.Node, ts.CallExpression[]>();

  function note(node: ts.Node, expression: string, name?: string): void {
    const source = node.getSourceFile();
    const file = relative(root, source.fileName);
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    const started = { file, line, expression, ...(name === undefined ? {} : { program: name }) };
    found.set(JSON.stringify([file, line, name ?? expression]), started);
  }

  function symbolAt(node: ts.Node): ts.Symbol | undefined {
    const symbol = ts.isShorthandPropertyAssignment(node.parent)
      ? checker.getShorthandAssignmentValueSymbol(node.parent)
      : checker.getSymbolAtLocation(node);
    return symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0
      ? checker.getAliasedSymbol(symbol)
      : symbol;
  }

  /** How a name of Node's or execa's starts programs; undefined for anything else. */
  function starterOf(node: ts.Node): "program" | "shell" | "node" | undefined {
    const declaration = symbolAt(node)?.declarations?.[0];
    if (declaration === undefined) return undefined;
    const { fileName } = declaration.getSourceFile();
    if (!/\/node_modules\/(execa|@types\/node\/child_process\.d\.ts)/.test(fileName)) return undefined;
    return starters[symbolAt(node)?.name ?? ""];
  }

  /** The alternatives that one expression stands for. */
  function valuesOf(node: ts.Expression, scope: Scope, depth = 0): Value[] {
    const unknown: Value[] = [{ kind: "unknown", text: node.getText() }];
    if (depth > 20) return unknown;
    const next = (expression: ts.Expression, within = scope): Value[] =>
      valuesOf(expression, within, depth + 1);
    if (ts.isStringLiteralLike(node)) return [{ kind: "text", text: node.text }];
    if (ts.isTemplateExpression(node)) return [{ kind: "text", text: templateText(node, scope, depth) }];
    if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node)) {
      return next(node.expression);
    }
    if (ts.isConditionalExpression(node)) return [...next(node.whenTrue), ...next(node.whenFalse)];
    if (ts.isBinaryExpression(node)) {
      if (node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) {
        return [...next(node.left), ...next(node.right)].filter((value) => !isEmpty(value));
      }
      if (node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
        return [{ kind: "text", text: `${asText(next(node.left))}${asText(next(node.right))}` }];
      }
      return unknown;
    }
    if (node.getText() === "process.execPath") return [{ kind: "node" }];
    if (ts.isElementAccessExpression(node) && ts.isNumericLiteral(node.argumentExpression)) {
      return at(listOf(node.expression, scope, depth + 1), Number(node.argumentExpression.text), unknown);
    }
    if (ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)) {
      const declaration = symbolAt(ts.isIdentifier(node) ? node : node.name)?.valueDeclaration;
      if (declaration === undefined) return unknown;
      return valuesOfDeclaration(declaration, scope, depth + 1) ?? unknown;
    }
    if (ts.isCallExpression(node)) {
      const made = returnsOf(node);
      if (made !== undefined && made.length > 0) {
        const within = scopeOfCall(node, scope);
        return made.flatMap((expression) => next(expression, within));
      }
      // `resolve`, `join`: the last part is the program's name.
      if (/^(path\.)?(join|resolve)$/.test(node.expression.getText())) {
        const last = node.arguments.at(-1);
        const known = last === undefined ? [] : next(last);
        if (known.every(({ kind }) => kind === "text")) return unknown;
      }
    }
    return unknown;
  }

  function valuesOfDeclaration(
    declaration: ts.Declaration,
    scope: Scope,
    depth: number,
  ): Value[] | undefined {
    if (ts.isParameter(declaration)) return valuesOfParameter(declaration, scope, depth);
    if (ts.isBindingElement(declaration)) {
      const pattern = declaration.parent;
      const owner = pattern.parent;
      if (!ts.isArrayBindingPattern(pattern) || ts.isBindingElement(owner)) return undefined;
      const list = ts.isParameter(owner)
        ? listOfParameter(owner, scope, depth)
        : owner.initializer === undefined
          ? undefined
          : listOf(owner.initializer, scope, depth);
      return list === undefined ? undefined : at(list, pattern.elements.indexOf(declaration), undefined);
    }
    if (ts.isVariableDeclaration(declaration)) {
      const loop = declaration.parent.parent;
      if (ts.isForOfStatement(loop)) return listOf(loop.expression, scope, depth);
      if ((ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) === 0) return undefined;
    }
    if (
      (ts.isVariableDeclaration(declaration) || ts.isPropertyAssignment(declaration)) &&
      declaration.initializer !== undefined
    ) {
      return valuesOf(declaration.initializer, scope, depth);
    }
    return undefined;
  }

  function valuesOfParameter(parameter: ts.ParameterDeclaration, scope: Scope, depth: number): Value[] {
    const given = scope.given.get(parameter);
    const byDefault =
      parameter.initializer === undefined ? [] : valuesOf(parameter.initializer, scope, depth);
    if (given === undefined) return [{ kind: "parameter", parameter }];
    return [
      ...("values" in given ? given.values : valuesOf(given.expression, given.scope, depth)),
      ...byDefault,
    ];
  }

  function listOfParameter(parameter: ts.ParameterDeclaration, scope: Scope, depth: number): Value[] {
    const given = scope.given.get(parameter);
    if (given === undefined) return [{ kind: "parameter", parameter }];
    return "values" in given ? given.values : listOf(given.expression, given.scope, depth);
  }

  /** The elements of an array expression; those of a spread that may or may not be there are all told. */
  function listOf(node: ts.Expression, scope: Scope, depth = 0): Value[] {
    const unknown: Value[] = [{ kind: "unknown", text: node.getText() }];
    if (depth > 20) return unknown;
    if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node)) {
      return listOf(node.expression, scope, depth + 1);
    }
    if (ts.isArrayLiteralExpression(node)) {
      return node.elements.flatMap((element) => {
        if (ts.isSpreadElement(element)) return listOf(element.expression, scope, depth + 1);
        const values = valuesOf(element, scope, depth + 1);
        return values.length === 1 ? values : (values.slice(0, 1) satisfies Value[]);
      });
    }
    if (ts.isConditionalExpression(node)) {
      return [...listOf(node.whenTrue, scope, depth + 1), ...listOf(node.whenFalse, scope, depth + 1)];
    }
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) {
      return [...listOf(node.left, scope, depth + 1), ...listOf(node.right, scope, depth + 1)];
    }
    if (ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)) {
      const declaration = symbolAt(ts.isIdentifier(node) ? node : node.name)?.valueDeclaration;
      if (declaration === undefined) return unknown;
      if (ts.isParameter(declaration)) return listOfParameter(declaration, scope, depth + 1);
      if (ts.isBindingElement(declaration) && declaration.dotDotDotToken !== undefined) {
        const pattern = declaration.parent;
        const owner = pattern.parent;
        if (!ts.isArrayBindingPattern(pattern) || ts.isBindingElement(owner)) return unknown;
        const whole = ts.isParameter(owner)
          ? listOfParameter(owner, scope, depth + 1)
          : owner.initializer === undefined
            ? unknown
            : listOf(owner.initializer, scope, depth + 1);
        const first = whole[0];
        if (whole.length === 1 && first?.kind === "parameter") return whole;
        return whole.slice(pattern.elements.indexOf(declaration));
      }
      if (
        (ts.isVariableDeclaration(declaration) || ts.isPropertyAssignment(declaration)) &&
        declaration.initializer !== undefined
      ) {
        return listOf(declaration.initializer, scope, depth + 1);
      }
    }
    if (ts.isCallExpression(node)) {
      const within = scopeOfCall(node, scope);
      const made = returnsOf(node);
      if (made !== undefined && made.length > 0) {
        return made.flatMap((expression) => listOf(expression, within, depth + 1));
      }
    }
    return unknown;
  }

  /** A template's text; a part that is not known stands there as `$_`, which the shell would take for a variable too. */
  function templateText(node: ts.TemplateExpression, scope: Scope, depth: number): string {
    const spans = node.templateSpans.map(({ expression, literal }) => {
      const [value] = valuesOf(expression, scope, depth + 1);
      return `${value?.kind === "text" ? value.text : "$_"}${literal.text}`;
    });
    return `${node.head.text}${spans.join("")}`;
  }

  /** What a function of the sources returns; undefined when its body is not there to be read. */
  function returnsOf(call: ts.CallExpression): ts.Expression[] | undefined {
    const [callee] = functionsOf(call.expression);
    if (callee?.body === undefined) return undefined;
    if (!ts.isBlock(callee.body)) return [callee.body];
    const returned: ts.Expression[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node)) return;
      if (ts.isReturnStatement(node) && node.expression !== undefined) returned.push(node.expression);
      ts.forEachChild(node, visit);
    };
    ts.forEachChild(callee.body, visit);
    return returned;
  }

  function scopeOfCall(call: ts.CallExpression, scope: Scope): Scope {
    const given = new Map(scope.given);
    for (const callee of functionsOf(call.expression)) giveArguments(callee, call, scope, given);
    return { given };
  }

  function giveArguments(
    callee: FunctionNode,
    call: ts.CallExpression,
    scope: Scope,
    given: Map<ts.ParameterDeclaration, Given>,
  ): void {
    for (const [index, parameter] of callee.parameters.entries()) {
      if (parameter.dotDotDotToken !== undefined) {
        const rest = call.arguments
          .slice(index)
          .flatMap((argument) =>
            ts.isSpreadElement(argument)
              ? listOf(argument.expression, scope)
              : valuesOf(argument, scope).slice(0, 1),
          );
        given.set(parameter, { values: rest });
        continue;
      }
      const expression = call.arguments[index];
      if (expression !== undefined) given.set(parameter, { expression, scope });
      else if (parameter.initializer !== undefined)
        given.set(parameter, { expression: parameter.initializer, scope });
      else given.set(parameter, { values: [] });
    }
  }

  /** The functions of the sources that a callee may be: itself, or whatever implements an interface's method. */
  function functionsOf(callee: ts.Expression): FunctionNode[] {
    const node = ts.isPropertyAccessExpression(callee) ? callee.name : callee;
    const symbol = symbolAt(node);
    return (symbol?.declarations ?? []).flatMap((declaration) => {
      const own = functionOf(declaration);
      return own === undefined ? [] : [own];
    });
  }

  function functionOf(declaration: ts.Node): FunctionNode | undefined {
    if (ts.isFunctionDeclaration(declaration) || ts.isMethodDeclaration(declaration)) return declaration;
    if (
      (ts.isVariableDeclaration(declaration) ||
        ts.isPropertyAssignment(declaration) ||
        ts.isPropertyDeclaration(declaration)) &&
      declaration.initializer !== undefined &&
      (ts.isArrowFunction(declaration.initializer) || ts.isFunctionExpression(declaration.initializer))
    ) {
      return declaration.initializer;
    }
    return undefined;
  }

  /** The members of interfaces that a method or a function in an object implements. */
  function implemented(callee: FunctionNode): ts.Node[] {
    const holder = ts.isMethodDeclaration(callee) ? callee : callee.parent;
    const name =
      "name" in holder && holder.name !== undefined ? (holder.name as ts.Node).getText() : undefined;
    const owner = holder.parent;
    if (name === undefined) return [];
    const types: (ts.Type | undefined)[] = ts.isClassDeclaration(owner)
      ? (owner.heritageClauses ?? []).flatMap(({ types: clauses }) =>
          clauses.map((c) => checker.getTypeAtLocation(c)),
        )
      : ts.isObjectLiteralExpression(owner)
        ? [checker.getContextualType(owner)]
        : [];
    return types.flatMap((type) => type?.getProperty(name)?.declarations ?? []);
  }

  /** Reads one start; what depends on a parameter goes to the callers of the function that has it. */
  function read(node: ts.Node, start: Start, scope: Scope, seen: ReadonlySet<ts.Node>): void {
    const { program: names, args, shell } = start.argv(scope);
    for (const name of names.length === 0 ? [{ kind: "unknown", text: node.getText() } as Value] : names) {
      readOne(node, start, name, args, shell, seen);
    }
  }

  function readOne(
    node: ts.Node,
    start: Start,
    name: Value,
    args: readonly Value[],
    shell: boolean,
    seen: ReadonlySet<ts.Node>,
  ): void {
    const cut = (text: string): string => text.replace(/\s+/g, " ").slice(0, 120);
    if (name.kind === "parameter") return pass(name.parameter, start, seen);
    if (name.kind === "node") return;
    if (name.kind === "unknown" || name.text.includes("$_")) {
      if (!shell || name.kind === "unknown") return note(node, cut(name.text));
    }
    if (shell) return readShell(node, name.text);
    const program = basename(name.text);
    note(node, program, program);
    if (shells.has(program)) {
      const option = args.findIndex((value) => value.kind === "text" && /^-[a-z]*c$/.test(value.text));
      const text = args[option === -1 ? 0 : option + 1];
      if (text === undefined || (option === -1 && text.kind === "text" && text.text.startsWith("-"))) return;
      if (text.kind === "parameter") return pass(text.parameter, start, seen);
      if (option !== -1 && text.kind === "text") {
        // Behind the text stand $0 and what the text may start as "$@".
        const [given] = args.slice(option + 3);
        if (given !== undefined && shellCommands(text.text).includes("$@")) {
          readOne(node, start, given, args.slice(option + 4), false, seen);
        }
        return readShell(node, text.text, given !== undefined);
      }
      return note(
        node,
        `${program}: ${cut(text.kind === "text" ? text.text : text.kind === "node" ? "node" : text.text)}`,
      );
    }
    if (!wrappers.has(program)) return;
    const dashes = args.findIndex((value) => value.kind === "text" && value.text === "--");
    const behind = args.slice(dashes + 1);
    // Without `--` the program is the first that is neither an option nor a file by its full path.
    const index = dashes === -1 ? behind.findIndex((value) => isCommand(value)) : 0;
    const inner = behind[index];
    if (inner === undefined) return;
    readOne(node, start, inner, behind.slice(index + 1), false, seen);
  }

  function readShell(node: ts.Node, text: string, argumentsAreKnown = false): void {
    for (const command of shellCommands(text)) {
      if (command === "$@" && argumentsAreKnown) continue;
      if (command.includes("$")) note(node, `sh: ${command}`);
      else note(node, basename(command), basename(command));
    }
  }

  function pass(parameter: ts.ParameterDeclaration, start: Start, seen: ReadonlySet<ts.Node>): void {
    const callee = parameter.parent as FunctionNode;
    if (seen.has(callee)) return;
    const own = ts.isArrowFunction(callee) || ts.isFunctionExpression(callee) ? callee.parent : callee;
    for (const target of [own, ...implemented(callee)]) {
      const list = passing.get(target) ?? [];
      list.push(start);
      passing.set(target, list);
      for (const call of calls.get(target) ?? []) {
        const argv = (scope: Scope): ReturnType<Start["argv"]> => {
          const given = new Map(scope.given);
          giveArguments(callee, call, scope, given);
          return start.argv({ given });
        };
        read(call, { argv }, nowhere, new Set([...seen, callee]));
      }
    }
  }

  const direct: { readonly node: ts.Node; readonly start: Start }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const callee = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression;
      const how = starterOf(callee);
      if (how !== undefined) direct.push({ node, start: startOf(node, how) });
      else {
        for (const declaration of symbolAt(callee)?.declarations ?? []) {
          const list = calls.get(declaration) ?? [];
          list.push(node);
          calls.set(declaration, list);
        }
      }
      if (node.expression.kind === ts.SyntaxKind.ImportKeyword && isStarterModule(node.arguments[0])) {
        note(node, node.getText());
      }
    } else if (ts.isTaggedTemplateExpression(node) && starterOf(node.tag) !== undefined) {
      note(node, node.getText());
    } else if (ts.isIdentifier(node) && isLooseReference(node) && starterOf(node) !== undefined) {
      note(node, node.parent.getText().replace(/\s+/g, " ").slice(0, 120));
    } else if (isHooks(node)) readHooks(node.initializer);
    ts.forEachChild(node, visit);
  };
  /** Lines that mmdebstrap gives to a shell of this machine; each stands for its own command. */
  function readHooks(list: ts.Expression): void {
    if (!ts.isArrayLiteralExpression(list)) return note(list, list.getText());
    for (const element of list.elements) {
      const lines = ts.isSpreadElement(element)
        ? listOf(element.expression, nowhere)
        : valuesOf(element, nowhere);
      for (const line of lines) if (line.kind === "text") readShell(element, line.text);
    }
  }
  /** A starter that is handed on instead of called: whoever gets it can start anything. */
  function isLooseReference(node: ts.Identifier): boolean {
    const { parent } = node;
    if (ts.isImportSpecifier(parent) || ts.isImportClause(parent) || ts.isTypeQueryNode(parent)) return false;
    if (ts.isCallExpression(parent) && parent.expression === node) return false;
    if (ts.isPropertyAccessExpression(parent)) {
      return (
        parent.name === node && !(ts.isCallExpression(parent.parent) && parent.parent.expression === parent)
      );
    }
    return !ts.isTaggedTemplateExpression(parent);
  }

  function startOf(call: ts.CallExpression, how: "program" | "shell" | "node"): Start {
    const [first, second] = call.arguments;
    const throughShell = call.arguments.some(
      (argument) =>
        ts.isObjectLiteralExpression(argument) &&
        argument.properties.some((p) => /^shell\b(?!: ?false)/.test(p.getText())),
    );
    return {
      argv: (scope) => ({
        program: how === "node" ? [{ kind: "node" }] : first === undefined ? [] : programOf(first, scope),
        args:
          second === undefined || ts.isObjectLiteralExpression(second) || ts.isArrowFunction(second)
            ? []
            : listOf(second, scope),
        shell: how === "shell" || throughShell,
      }),
    };
  }

  function programOf(first: ts.Expression, scope: Scope): Value[] {
    return ts.isSpreadElement(first) ? listOf(first.expression, scope).slice(0, 1) : valuesOf(first, scope);
  }

  for (const source of sources) visit(source);
  for (const { node, start } of direct) read(node, start, nowhere, new Set());
  return [...found.values()].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
}

/** An image recipe's `finish`, or the `hooks` that it becomes part of; elsewhere these names mean other things. */
function isHooks(
  node: ts.Node,
): node is (ts.PropertyAssignment | ts.VariableDeclaration) & { initializer: ts.Expression } {
  if (!/\/local\/images\/[^.]*\.ts$/.test(node.getSourceFile().fileName)) return false;
  return (
    (ts.isPropertyAssignment(node) && node.name.getText() === "finish") ||
    (ts.isVariableDeclaration(node) && node.name.getText() === "hooks" && node.initializer !== undefined)
  );
}

function isEmpty(value: Value): boolean {
  return value.kind === "text" && (value.text === "" || value.text === "?");
}

function isCommand(value: Value): boolean {
  return value.kind === "node" || (value.kind === "text" && /^[a-z][a-z0-9.-]*$/.test(value.text));
}

function asText([value]: Value[]): string {
  return value?.kind === "text" ? value.text : "$_";
}

function isStarterModule(node: ts.Expression | undefined): boolean {
  return (
    node !== undefined && ts.isStringLiteralLike(node) && /^(node:)?child_process$|^execa$/.test(node.text)
  );
}

/** One element of a list; a list that is a parameter as a whole gives that parameter. */
function at<T>(list: Value[], index: number, otherwise: T): Value[] | T {
  const [first] = list;
  if (list.length === 1 && first?.kind === "parameter") return list;
  const value = list[index];
  return value === undefined ? otherwise : [value];
}
