/** An element of an EC2 answer: its text, and the elements within it by name, in order. */
export interface Element {
  readonly text: string;
  readonly children: ReadonlyMap<string, readonly Element[]>;
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Reads an answer of EC2, which has neither comments nor CDATA. @throws Error when it is no such XML */
export function readXml(text: string): Element {
  const root = { text: "", children: new Map<string, Element[]>() };
  const open: { name: string; text: string; children: Map<string, Element[]> }[] = [{ name: "", ...root }];
  for (const [, closing, name = "", empty, words = ""] of text.matchAll(
    /<(\/?)([A-Za-z][\w.-]*)(?:\s[^>]*?)?(\/?)>|<\?[^>]*\?>|([^<]+)/g,
  )) {
    const top = open.at(-1);
    if (top === undefined) throw notXml();
    if (name === "") top.text += words;
    else if (closing === "/") {
      if (top.name !== name) throw notXml();
      open.pop();
      add(open.at(-1), name, { text: decoded(top.text), children: top.children });
    } else if (empty === "/") add(top, name, { text: "", children: new Map() });
    else open.push({ name, text: "", children: new Map() });
  }
  const [whole, ...more] = open;
  if (whole === undefined || more.length > 0) throw notXml();
  return whole;
}

/** The element at a path such as `reservationSet.item`; undefined where there is none. The first, where there are several. */
export function elementAt(from: Element, path: string): Element | undefined {
  return elementsAt(from, path)[0];
}

/** Every element at a path. */
export function elementsAt(from: Element, path: string): readonly Element[] {
  return path
    .split(".")
    .reduce<readonly Element[]>(
      (found, name) => found.flatMap((one) => one.children.get(name) ?? []),
      [from],
    );
}

/** The text at a path; empty where there is none. */
export function textAt(from: Element, path: string): string {
  return elementAt(from, path)?.text.trim() ?? "";
}

function add(
  to: { readonly children: Map<string, Element[]> } | undefined,
  name: string,
  element: Element,
): void {
  if (to === undefined) throw notXml();
  to.children.set(name, [...(to.children.get(name) ?? []), element]);
}

function decoded(text: string): string {
  return text.replaceAll(/&(#x?[0-9a-f]+|\w+);/gi, (whole, entity: string) => {
    if (entity.startsWith("#x")) return String.fromCodePoint(Number.parseInt(entity.slice(2), 16));
    if (entity.startsWith("#")) return String.fromCodePoint(Number(entity.slice(1)));
    return entities[entity] ?? whole;
  });
}

function notXml(): Error {
  return new Error("aws provider: expected XML from EC2, got something else.");
}
