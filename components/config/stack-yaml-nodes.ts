import { isAlias, isMap, isScalar, isSeq, type Node, Scalar } from "yaml";
import { nearest } from "../../catalog/nearest.ts";
import { dotted, unknownKey } from "./config-error.ts";
import { isWord, plainProblem } from "./plain-scalar.ts";
import { namespace } from "./stack-file-schema.ts";

/** The keys of a stack file's first level: Pulumi's own. */
const topLevel = ["config", "encryptionsalt", "secretsprovider", "encryptedkey"] as const;
/** Of settings for the engine itself, such as `pulumi:disable-default-providers`. */
const engineNamespace = "pulumi:";

/** Where a node stands in the file, and how it is written there. */
export interface Source {
  readonly line: (node: Node) => number;
  /** The text of a node, as it is written. */
  readonly raw: (node: Node) => string;
  /** What stands between the end of one node and the start of the next. */
  readonly between: (one: Node, next: Node) => string;
}

/** What another reader would take differently, in a node and all below it; path first. */
export function nodeProblems(
  node: Node,
  path: readonly string[],
  source: Source,
  isInFlow = false,
): string[] {
  const problem = (expected: string, got: string, advice: string) =>
    `${where(path)}: expected ${expected}, got ${got} (line ${source.line(node)}); ${advice}`;
  if (isAlias(node))
    return [problem("the value itself", "an alias (*…)", "write the value out, or put it in quotes")];
  const marks = [
    ...(node.anchor === undefined
      ? []
      : [
          problem(
            "the value alone",
            "an anchor (&…)",
            "write the value out in each place, or put it in quotes",
          ),
        ]),
    ...(node.tag === undefined
      ? []
      : [problem("the value alone", "a tag (!…)", "take it out; texts are written in quotes")]),
  ];
  const isFlow = isInFlow || ("flow" in node && (node.flow ?? false));
  if (isScalar(node)) return [...marks, ...scalarProblems(node, path, { ...source, isInFlow }, problem)];
  if (isSeq(node))
    return [
      ...marks,
      ...node.items.flatMap((item, index) =>
        nodeProblems(item as Node, [...path, `[${index}]`], source, isFlow),
      ),
    ];
  if (!isMap(node)) return marks;
  return [
    ...marks,
    ...node.items.flatMap(({ key, value }) => {
      if (!isScalar(key) || !isTextKey(key, source))
        return [problem("a key that is a text", "something else", "write each key out, on one line")];
      const below = [...path, String(key.value)];
      const misnamed = keyProblems(below);
      if (value === null)
        return [
          ...misnamed,
          `${where(below)}: expected a value, got nothing (line ${source.line(key)}); write one, or take the key out`,
        ];
      if (!isJoinedPlainly(key, value as Node, source))
        return [
          ...misnamed,
          `${where(below)}: expected a colon and a space behind the key (line ${source.line(key)}); write them so`,
        ];
      const isEmptyConfig = below.join() === "config" && isScalar(value) && isNothing(value, source);
      return [...misnamed, ...(isEmptyConfig ? [] : nodeProblems(value as Node, below, source, isFlow))];
    }),
  ];
}

function scalarProblems(
  node: Scalar,
  path: readonly string[],
  source: Source & { readonly isInFlow: boolean },
  problem: (expected: string, got: string, advice: string) => string,
): string[] {
  if (node.type === Scalar.QUOTE_DOUBLE && /^(?:[^\\]|\\[^/])*\\\//.test(source.raw(node)))
    return [problem("a text", "one with \\/", "write / without a backslash")];
  if (node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED) {
    const block = source.raw(node);
    if (/^[|>][-+]?\d/.test(block))
      return [problem("a text", "one with a number behind | or >", "take the number out")];
    return block.endsWith("\n")
      ? []
      : [problem("a text of whole lines", "one without a line's end", "end the file with a line break")];
  }
  if (node.type === Scalar.QUOTE_SINGLE && !/^'([^']|'')*'$/.test(source.raw(node)))
    return [problem("a closing quote", "none", "write it")];
  if (node.type !== Scalar.PLAIN) return [];
  const written = source.raw(node).replace(/\s*\n\s*/g, " ");
  const found = plainProblem(written, node.value, source.isInFlow);
  if (found === undefined) return [];
  // What stands right below config may be a secret that somebody wrote in plain.
  const isShown = path.length > 2 || node.value === null || isWord(written);
  return [
    isShown
      ? problem(found.expected, written === "" ? "nothing" : written, found.advice)
      : problem(found.expected, "a value that is not shown", "write it in quotes"),
  ];
}

function isNothing(value: Scalar, source: Source): boolean {
  return source.raw(value) === "" && value.anchor === undefined && value.tag === undefined;
}

/** Only one reader takes a colon on the next line, or a value right behind it. */
function isJoinedPlainly(key: Scalar, value: Node, source: Source): boolean {
  const between = source.between(key, value);
  return key.type === Scalar.PLAIN
    ? /^ *:\s/.test(`${between}${source.raw(value) === "" ? " " : ""}`)
    : /^ *:/.test(between);
}

function isTextKey(key: Scalar, source: Source): boolean {
  const written = source.raw(key);
  const isPlain = key.type === Scalar.PLAIN;
  return (
    typeof key.value === "string" &&
    key.tag === undefined &&
    key.anchor === undefined &&
    !written.includes("\n") &&
    !written.includes("\\/") &&
    !(isPlain && (key.value === "<<" || plainProblem(written, key.value) !== undefined))
  );
}

/** The file's own keys, and those right below `config`. */
function keyProblems(path: readonly string[]): string[] {
  const [top = "", key] = path;
  if (path.length === 1) return topLevel.some((each) => each === top) ? [] : [unknownKey(path, topLevel)];
  return path.length === 2 && top === "config" && key !== undefined ? namespaceProblem(key) : [];
}

/** The engine takes a key without a namespace for the project's, and hands those of others to nobody. */
function namespaceProblem(key: string): string[] {
  if (key.startsWith(engineNamespace)) return [];
  const [, before, name] = /^(?:(.*?):)?(?:config:)?([^:]*)$/.exec(key) ?? [];
  if (name === undefined || name === "")
    return [`${key}: expected a key such as ${namespace}host; write it so`];
  if (key === `${namespace}${name}`) return [];
  const meant = `${namespace}${name}`;
  if (before === undefined) return [`${key}: expected ${namespace} before it; write ${meant}`];
  if (before === namespace.slice(0, -1)) return [`${key}: expected ${meant}; write it so`];
  const near = nearest(`${before}:`, [namespace]);
  return [
    `${key}: nothing reads keys of ${before}:; ${near === undefined ? `only those of ${namespace} are known; take it out` : `did you mean ${meant}?`}`,
  ];
}

/** As the program names it: without the namespace, and without `config` before it. */
function where(path: readonly string[]): string {
  const [first, key, ...rest] = path;
  if (first === undefined) return "the file";
  if (first !== "config" || key === undefined) return path.join(".");
  const start = key.startsWith(namespace) ? key.slice(namespace.length) : key;
  return dotted([start, ...rest]).replaceAll(".[", "[");
}
