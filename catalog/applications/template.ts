import type { ComposedText, TextPart } from "../composed-text.ts";
import { nearest } from "../nearest.ts";

/** What a template came to, and what is wrong with it: a sentence's end each, for who knows where it stands. */
export interface ReadTemplate {
  readonly text: ComposedText;
  readonly problems: readonly string[];
}

/**
 * Reads a text in which `{name}` stands for a fact of the platform, and `{name|url}` for the same as it may stand in an address; `{{` and
 * `}}` are braces. Pure.
 * @param known what may be named; `elsewhere` says of a name that is not why it may not, where that is known
 */
export function readTemplate(
  template: string,
  known: ReadonlyMap<string, TextPart>,
  elsewhere: (name: string) => string | undefined = () => undefined,
): ReadTemplate {
  const parts: TextPart[] = [];
  const problems: string[] = [];
  for (const [piece, , braces, inner] of template.matchAll(/([^{}]+)|(\{\{|\}\})|\{([^{}]*)\}|[{}]/g)) {
    if (braces !== undefined) parts.push(braces.slice(1));
    else if (inner !== undefined) {
      const read = readName(inner, known, elsewhere);
      if (typeof read === "object" && "problem" in read) problems.push(read.problem);
      else parts.push(read);
    } else if (piece === "{" || piece === "}")
      problems.push(
        `expected {name} or a doubled brace, got a single ${piece}; write ${piece}${piece} for the brace itself`,
      );
    else parts.push(piece);
  }
  return { text: joined(parts), problems };
}

function readName(
  inner: string,
  known: ReadonlyMap<string, TextPart>,
  elsewhere: (name: string) => string | undefined,
): TextPart | { readonly problem: string } {
  const [, name = "", , filter] = /^\s*([^|\s]*)\s*(\|\s*(\S+)\s*)?$/.exec(inner) ?? [];
  if (filter !== undefined && filter !== "url")
    return {
      problem: `{${inner}}: expected |url or nothing behind the name, got |${filter}; write {${name}|url}`,
    };
  const part = known.get(name);
  if (part === undefined) {
    const why = elsewhere(name);
    if (why !== undefined) return { problem: `{${inner}}: ${why}` };
    const meant = nearest(name, [...known.keys()]);
    const advice =
      meant === undefined
        ? `known here: ${[...known.keys()].sort().join(", ") || "nothing"}; write {{ for a brace itself`
        : `did you mean {${meant}}?`;
    return { problem: `{${inner}}: names nothing; ${advice}` };
  }
  if (filter === undefined) return part;
  return typeof part === "string" ? encodeURIComponent(part) : { ...part, encoded: true };
}

/** Texts that follow each other are one. */
function joined(parts: readonly TextPart[]): ComposedText {
  return parts.reduce<TextPart[]>((before, part) => {
    const last = before.at(-1);
    if (typeof part !== "string" || typeof last !== "string") return [...before, part];
    return [...before.slice(0, -1), last + part];
  }, []);
}
