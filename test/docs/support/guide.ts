/** A command that a page tells its reader to type. */
export interface GuideLine {
  /** Where it stands in the page, from 1. */
  readonly line: number;
  /** What is typed, word by word, without what is redirected. */
  readonly words: readonly string[];
  /** The file that it reads from standard input; null when it reads none. */
  readonly stdin: string | null;
}

/**
 * Every command in the fences of one section of a page, in order. A comment behind one is left out.
 * @throws Error for a section that is not there or has none, and for a line that is not one plain call of the program
 */
export function commandsOf(page: string, heading: string): readonly GuideLine[] {
  const lines = page.split("\n");
  const begin = lines.indexOf(`## ${heading}`);
  if (begin < 0) throw new Error(`the page has no section "${heading}"`);
  const commands: GuideLine[] = [];
  let fenced = false;
  for (const [index, text] of lines.entries()) {
    if (index <= begin) continue;
    if (!fenced && text.startsWith("## ")) break;
    if (/^\s*```/.test(text)) fenced = !fenced;
    else if (fenced && text.replace(/^\s*#.*/, "").trim() !== "") commands.push(commandOf(text, index + 1));
  }
  if (commands.length === 0) throw new Error(`the section "${heading}" has no commands`);
  return commands;
}

function commandOf(text: string, line: number): GuideLine {
  const typed = text.replace(/\s#\s.*$/, "").trim();
  const [, call = "", stdin = null] =
    /^(\.\/kaleem [^<>|&;$`'"\\*?(){}]+?)(?: < ([\w.-]+))?$/.exec(typed) ?? [];
  if (call === "")
    throw new Error(
      `line ${line}: expected one plain call, ./kaleem COMMAND …, got ${JSON.stringify(typed)}`,
    );
  return { line, words: call.split(/\s+/), stdin };
}

/**
 * A line with what stands in it for a reader's own addresses and names replaced: each placeholder is a whole word.
 * @throws Error for a placeholder of the usual form that nothing is given for
 */
export function withNames({ words, line }: GuideLine, names: ReadonlyMap<string, string>): string[] {
  return words.map((word) => {
    const own = names.get(word);
    if (own === undefined && isPlaceholder(word))
      throw new Error(`line ${line}: nothing was given for ${word}`);
    return own ?? word;
  });
}

/** In capitals, or an address that is kept for documentation. */
function isPlaceholder(word: string): boolean {
  return /\b[A-Z]{3,}\b|\b(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d|example\.(?:com|org|net)\b/.test(word);
}

/** A page's commands while somebody follows them one by one, and leaves none out. */
export class Guide {
  readonly #lines: readonly GuideLine[];
  #at = 0;

  constructor(lines: readonly GuideLine[]) {
    this.#lines = lines;
  }

  /**
   * The next command.
   * @param begin what follows `./kaleem` in it, whole words
   * @throws Error when the page tells something else here
   */
  next(begin: string): GuideLine {
    const line = this.#lines[this.#at];
    const wanted = begin.split(" ");
    if (line === undefined || wanted.some((word, index) => line.words[index + 1] !== word))
      throw new Error(
        `expected ./kaleem ${begin}, got ${line === undefined ? "the end" : `line ${line.line}: ${line.words.join(" ")}`}`,
      );
    this.#at += 1;
    return line;
  }

  /** What nobody has come to yet, as it is typed. */
  left(): string[] {
    return this.#lines.slice(this.#at).map(({ words }) => words.join(" "));
  }
}
