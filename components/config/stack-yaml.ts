import { LineCounter, type Node, parseDocument, type YAMLParseError } from "yaml";
import { ConfigError } from "./config-error.ts";
import { nodeProblems, type Source } from "./stack-yaml-nodes.ts";
import { characterProblems } from "./stack-yaml-text.ts";

/** What a stack file holds: Pulumi's own keys, and the configuration by full key, secrets as `{secure: …}`. */
export interface StackYaml {
  readonly encryptionsalt?: string;
  readonly secretsprovider?: string;
  readonly encryptedkey?: string;
  readonly config?: Record<string, unknown>;
}

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

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
