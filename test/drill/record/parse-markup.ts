/** An element of a page. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (Element | string)[];
}

const withoutEnd = new Set(["meta"]);
const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
const decoded = (text: string): string =>
  text.replaceAll(/&([^;\s]*);?/g, (whole, name: string) => {
    const sign = entities[name];
    if (sign === undefined) throw new Error(`${whole}: expected an entity`);
    return sign;
  });

/**
 * Reads a page more strictly than a browser does: every element has its end, attributes are quoted, no sign of markup stands in text.
 * @throws Error with the place where it is not so
 */
export function parseMarkup(page: string): Element {
  const text = page.replace(/^<!doctype html>\n/, "");
  if (text === page) throw new Error("expected a doctype");
  const root: Element = { name: "#page", attributes: {}, children: [] };
  const open = [root];
  const token = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+="[^"<>]*")*)\s*(\/?)>|([^<>]+)/gy;
  for (let at = 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at;
    const found = token.exec(text);
    const inside = open.at(-1);
    if (found === null || inside === undefined)
      throw new Error(`expected a tag or text, got ${JSON.stringify(text.slice(at, at + 60))}`);
    const [, end, name = "", given = "", alone, words] = found;
    if (words !== undefined) inside.children.push(inside.name === "style" ? words : decoded(words));
    else if (end === "/") {
      if (inside.name !== name) throw new Error(`expected </${inside.name}>, got </${name}>`);
      open.pop();
    } else {
      const attributes = [...given.matchAll(/([a-zA-Z-]+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [
        key,
        decoded(value),
      ]);
      const element: Element = {
        name,
        attributes: Object.fromEntries(attributes) as Record<string, string>,
        children: [],
      };
      inside.children.push(element);
      if (alone !== "/" && !withoutEnd.has(name)) open.push(element);
    }
  }
  if (open.length !== 1) throw new Error(`expected </${open.at(-1)?.name ?? ""}>, got the end`);
  return root;
}

/** All text within, as a reader sees it. */
export function textOf(element: Element): string {
  return element.children.map((child) => (typeof child === "string" ? child : textOf(child))).join("");
}
