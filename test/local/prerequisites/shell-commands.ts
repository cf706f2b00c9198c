/** Words after which another command begins. */
const leading = new Set([
  ...[
    "if",
    "then",
    "else",
    "elif",
    "do",
    "while",
    "until",
    "!",
    "{",
    "exec",
    "time",
    "command",
    "builtin",
    "eval",
  ],
]);
/** What the shell does itself, and words that are no commands. */
const builtins = new Set([
  ...[
    "fi",
    "done",
    "esac",
    "case",
    "for",
    "in",
    "}",
    "function",
    ":",
    ".",
    "source",
    "[",
    "[[",
    "]]",
    "alias",
    "bg",
  ],
  ...[
    "break",
    "cd",
    "continue",
    "declare",
    "echo",
    "exit",
    "export",
    "false",
    "fg",
    "getopts",
    "hash",
    "jobs",
    "kill",
  ],
  ...[
    "local",
    "printf",
    "pwd",
    "read",
    "readonly",
    "return",
    "set",
    "shift",
    "shopt",
    "test",
    "times",
    "trap",
    "true",
  ],
  ...["type", "typeset", "ulimit", "umask", "unalias", "unset", "wait", "mapfile", "let"],
]);

/**
 * The names of the programs that a shell text starts, each once: the first word of each command, in pipelines, lists,
 * substitutions and behind `command`, `exec`, `xargs` and `trap` alike. A name that is a variable is told as it stands there.
 */
export function shellCommands(text: string): string[] {
  const found = new Set<string>();
  for (const words of simpleCommands(text)) {
    const name = nameOf(words, found);
    if (name !== undefined && !builtins.has(name)) found.add(name);
  }
  return [...found].filter((name) => /^(\$@|[$\w./@-]*\w)$/.test(name) && !isFunctionOf(text, name));
}

function isFunctionOf(text: string, name: string): boolean {
  return /^[\w-]+$/.test(name) && new RegExp(`(^|[\\s;])${name}\\s*\\(\\)`).test(text);
}

function nameOf(words: readonly string[], found: Set<string>): string | undefined {
  let index = 0;
  for (;;) {
    const word = words[index];
    if (word === undefined) return undefined;
    if (/^[A-Za-z_]\w*\+?=/.test(word) || leading.has(word)) index += 1;
    else if (/^\d*[<>]/.test(word)) index += /[<>&|]$/.test(word) ? 2 : 1;
    else break;
  }
  const name = words[index];
  const rest = words.slice(index + 1);
  if (name === "trap" && rest[0] !== undefined) for (const inner of shellCommands(rest[0])) found.add(inner);
  if (name === "-v" || name === "-V") return undefined;
  if (name === "xargs" || name === "nohup" || name === "timeout" || name === "env" || name === "chroot") {
    const inner = rest.find(
      (word, at) => at >= (name === "timeout" || name === "chroot" ? 1 : 0) && /^[a-z]/.test(word),
    );
    // What runs in another root is not this machine's.
    if (inner !== undefined && name !== "chroot" && !builtins.has(inner)) found.add(inner);
  }
  return name?.startsWith("-") === true || name?.startsWith(")") === true ? undefined : name;
}

/** A shell text as commands of words; quotes are taken off, and substitutions are commands of their own. */
function simpleCommands(text: string): string[][] {
  const commands: string[][] = [];
  let words: string[] = [];
  let word: string | undefined;
  /** How many `case` are open, and whether a pattern of the innermost comes next, which is no command. */
  let cases = 0;
  let patternNext = false;
  const endWord = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = (): void => {
    endWord();
    if (words[0] === "case") return;
    if (words[0] === "esac") cases -= 1;
    if (words.length > 0) commands.push(words);
    words = [];
  };
  const beginCase = (): void => {
    if (words[0] !== "case" || words.at(-1) !== "in") return;
    words = [];
    cases += 1;
    patternNext = true;
  };
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? "";
    if (patternNext && !/\s/.test(char)) {
      patternNext = false;
      if (!text.startsWith("esac", at)) {
        const end = text.indexOf(")", at);
        at = end === -1 ? text.length : end;
        continue;
      }
    }
    if (char === "\\") {
      word = (word ?? "") + (text[at + 1] === "\n" ? "" : (text[at + 1] ?? ""));
      at += 1;
    } else if (char === "'") {
      const end = text.indexOf("'", at + 1);
      word = (word ?? "") + text.slice(at + 1, end === -1 ? undefined : end);
      at = end === -1 ? text.length : end;
    } else if (char === '"') {
      const end = closingQuote(text, at + 1);
      const inner = text.slice(at + 1, end);
      commands.push(...substitutions(inner));
      word = (word ?? "") + inner;
      at = end;
    } else if (char === "$" && text[at + 1] === "(" && text[at + 2] !== "(") {
      const end = closing(text, at + 2, "(", ")");
      commands.push(...simpleCommands(text.slice(at + 2, end)));
      word = `${word ?? ""}$_`;
      at = end;
    } else if (char === "$" && text[at + 1] === "(") {
      const end = closing(text, at + 2, "(", ")");
      word = `${word ?? ""}$_`;
      at = end;
    } else if (char === "$" && text[at + 1] === "{") {
      const end = closing(text, at + 2, "{", "}");
      word = `${word ?? ""}$_`;
      at = end;
    } else if (char === "`") {
      const end = text.indexOf("`", at + 1);
      commands.push(...simpleCommands(text.slice(at + 1, end === -1 ? undefined : end)));
      word = `${word ?? ""}$_`;
      at = end === -1 ? text.length : end;
    } else if (char === "#" && word === undefined) {
      const end = text.indexOf("\n", at);
      at = end === -1 ? text.length : end - 1;
    } else if (char === "<" && text[at + 1] === "<" && text[at + 2] !== "<") {
      const [, , tag = ""] = /^<<-?\s*(["']?)(\w+)\1/.exec(text.slice(at)) ?? [];
      const end = new RegExp(`\\n\\s*${tag}(?=\\n|$)`).exec(text.slice(at));
      at = end === null ? text.length : at + end.index + end[0].length - 1;
      endCommand();
    } else if (char === "&" && (text[at - 1] === ">" || text[at - 1] === "<" || text[at + 1] === ">")) {
      word = (word ?? "") + char;
    } else if (char === "(" && text[at + 1] === "(" && word === undefined) {
      at = closing(text, at + 1, "(", ")"); // Arithmetic.
    } else if (char === "(" && word?.endsWith("=") === true) {
      at = closing(text, at + 1, "(", ")"); // An array.
    } else if (char === "[" && text[at + 1] === "[" && word === undefined) {
      const end = text.indexOf("]]", at); // A condition, but for the substitutions in it.
      commands.push(...substitutions(text.slice(at, end === -1 ? undefined : end)));
      at = end === -1 ? text.length : end + 1;
    } else if (";|&\n(".includes(char)) {
      if (char === "(" && (word !== undefined || words.length > 0) && text[at + 1] === ")") {
        // A function's head: its body is read as commands, its name is none.
        word = undefined;
        words = [];
        at += 1;
      } else {
        endCommand();
        beginCase();
        if (char === ";" && text[at + 1] === ";" && cases > 0) {
          patternNext = true;
          at += 1;
        }
      }
    } else if (char === ")") endCommand();
    else if (/\s/.test(char)) {
      endWord();
      beginCase();
    } else word = (word ?? "") + char;
  }
  endCommand();
  return commands;
}

function substitutions(text: string): string[][] {
  const found: string[][] = [];
  for (let at = text.indexOf("$("); at !== -1; at = text.indexOf("$(", at + 2)) {
    if (text[at + 2] === "(") continue;
    found.push(...simpleCommands(text.slice(at + 2, closing(text, at + 2, "(", ")"))));
  }
  return found;
}

/** Where the double quote ends; one within a substitution belongs to that. */
function closingQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "$" && text[at + 1] === "(") at = closing(text, at + 2, "(", ")");
    else if (text[at] === '"') return at;
  }
  return text.length;
}

function closing(text: string, from: number, open: string, close: string): number {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (char === "\\") at += 1;
    else if (char === "'") {
      const end = text.indexOf("'", at + 1);
      at = end === -1 ? text.length : end;
    } else if (char === open) depth += 1;
    else if (char === close) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return text.length;
}
