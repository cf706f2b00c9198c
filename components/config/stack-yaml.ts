import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  Scalar,
  type YAMLParseError,
} from "yaml";
import { ConfigError, dotted, unknownKey } from "./config-error.ts";
import { nearest } from "../../catalog/nearest.ts";
import { isWord, plainProblem } from "./plain-scalar.ts";
import { namespace } from "./stack-file-schema.ts";

/** What a stack file holds: Pulumi's own keys, and the configuration by full key, secrets as `{secure: …}`. */
export interface StackYaml {
  readonly encryptionsalt?: string;
  readonly secretsprovider?: string;
  readonly encryptedkey?: string;
  readonly config?: Record<string, unknown>;
}

const topLevel = ["config", "encryptionsalt", "secretsprovider", "encryptedkey"] as const;
/** Of settings for the engine itself, such as `pulumi:disable-default-providers`. */
const engineNamespace = "pulumi:";

/**
 * The one reader of stack files: every command and the program itself read them by it. The engine reads them by another library, for
 * YAML 1.1 and 1.2 at once, and editors by a third. So whatever these take differently is refused, with how to write it: what is
 * accepted means the same to all.
 * @throws ConfigError naming every problem, path first; never with a secret's value, since those are encrypted.
 */
export function readStackYaml(text: string, file: string): StackYaml {
  const { problems, value } = judgeStackYaml(text);
  if (problems.length > 0) throw new ConfigError(file, problems);
  return value;
}

/** As `readStackYaml`, for who has more to tell: the sentences without the file's name, and what could be read in spite of them. */
export function judgeStackYaml(text: string): {
  readonly problems: readonly string[];
  readonly value: StackYaml;
} {
  const characters = characterProblems(text);
  if (characters.length > 0) return { problems: characters, value: {} };
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: "core",
    version: "1.2",
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "error",
  });
  if (document.errors.length > 0)
    return { problems: syntaxProblems(document.errors, (offset) => lines.linePos(offset).line), value: {} };
  const root = document.contents as Node | null;
  const problems = /^%/m.test(text.slice(0, root?.range?.[0] ?? text.length))
    ? ["line 1: expected no directive (%…), which each reader takes in its own way; take it out"]
    : [];
  const source: Source = {
    line: (node) => lines.linePos(node.range?.[0] ?? 0).line,
    between: (one, next) => text.slice(one.range?.[1], next.range?.[0]),
    raw: (node) => (node.range ? text.slice(node.range[0], node.range[1]) : ""),
  };
  problems.push(...(root === null ? [] : nodeProblems(root, [], source)));
  if (problems.length > 0) return { problems, value: {} };
  return judgeShape(document.toJS() as unknown);
}

/** What is no text to one reader and a line's end to another. */
function characterProblems(text: string): string[] {
  return text.split("\n").flatMap((line, index, all) => {
    const at = `line ${index + 1}: expected`;
    const bare = line
      .replace(index < all.length - 1 ? /\r$/ : /(?!)/, "")
      .replace(index === 0 ? /^\ufeff/ : /(?!)/, "");
    const code = Array.from(bare).find(isNoText)?.codePointAt(0);
    if (code === 0xfffd) return [`${at} text in UTF-8, got bytes that are none; save it as UTF-8`];
    if (code !== undefined)
      return [
        `${at} plain text, got the character U+${code.toString(16).toUpperCase().padStart(4, "0")}; take it out`,
      ];
    const isTabbed = bare.replace(/(^| )#.*$/, "").includes("\t");
    return isTabbed ? [`${at} spaces, got a tab; write spaces, or \\t within double quotes`] : [];
  });
}

/** Control characters but for the tab, line breaks that are known to YAML 1.1 only, and what stands for bytes that are no UTF-8. */
function isNoText(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  const isControl = (code < 0x20 && code !== 9) || (code >= 0x7f && code < 0xa0);
  return isControl || [0x2028, 0x2029, 0xfeff, 0xfffd, 0xfffe, 0xffff].includes(code);
}

const syntax: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: "expected each key once, got one again; take one of the two out",
  MULTIPLE_DOCS: "expected one document, got a line --- that begins another; take it out",
  BAD_INDENT: "expected keys of one block below each other, and every bracket closed; correct it",
  MISSING_CHAR: "expected a closing bracket or quote, or a space; correct it",
};

/** In our own words: those of the library quote the text, which may be a secret that somebody wrote in plain. */
function syntaxProblems(
  errors: readonly Pick<YAMLParseError, "code" | "pos">[],
  line: (offset: number) => number,
): string[] {
  const said = errors.map(({ code, pos }) => {
    const what = code.toLowerCase().replaceAll("_", " ");
    return `line ${line(pos[0])}: ${syntax[code] ?? `expected YAML, got something else (${what}); put texts in quotes`}`;
  });
  return [...new Set(said)];
}

interface Source {
  readonly line: (node: Node) => number;
  /** The text of a node, as it is written. */
  readonly raw: (node: Node) => string;
  /** What stands between the end of one node and the start of the next. */
  readonly between: (one: Node, next: Node) => string;
}

function nodeProblems(node: Node, path: readonly string[], source: Source): string[] {
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
  if (isScalar(node)) return [...marks, ...scalarProblems(node, path, source, problem)];
  if (isSeq(node))
    return [
      ...marks,
      ...node.items.flatMap((item, index) => nodeProblems(item as Node, [...path, `[${index}]`], source)),
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
      return [...misnamed, ...(isEmptyConfig ? [] : nodeProblems(value as Node, below, source))];
    }),
  ];
}

function scalarProblems(
  node: Scalar,
  path: readonly string[],
  source: Source,
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
  const found = plainProblem(written, node.value);
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

function judgeShape(read: unknown): { problems: readonly string[]; value: StackYaml } {
  if (read === null || read === undefined) return { problems: [], value: {} };
  if (!isMapping(read))
    return { problems: [`the file: expected a key config, got something else`], value: {} };
  const { config, ...own } = read;
  const problems = Object.entries(own).flatMap(([key, value]) =>
    typeof value === "string" ? [] : [`${key}: expected a text, as Pulumi writes it, got something else`],
  );
  if (config !== undefined && config !== null && !isMapping(config))
    problems.push(`config: expected keys with values, got something else`);
  return { problems, value: { ...own, ...(isMapping(config) ? { config } : {}) } };
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

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
