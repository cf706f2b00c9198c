/** What is known of a write: placeholder → value. */
export type TemplateValues = Readonly<Record<string, string | number>>;

/** A brace that stands for itself, or a placeholder. */
const part = /\{\{|\}\}|\{([a-z]+)\}/g;

/** The placeholders of a text, each once. Pure. */
export function placeholdersOf(text: string): readonly string[] {
  return [...new Set([...text.matchAll(part)].flatMap(([, name]) => (name === undefined ? [] : [name])))];
}

/**
 * Puts the values in place; `{{` and `}}` stand for a brace. Pure.
 * @throws Error for a placeholder without a value, which the settings' schema has refused before
 */
export function fill(text: string, values: TemplateValues): string {
  return text.replace(part, (whole, name: string | undefined) =>
    name === undefined ? whole.slice(1) : String(valueOf(name, values)),
  );
}

/** The same for a path: what is put in place cannot leave its segment. Pure. */
export function fillPath(path: string, values: TemplateValues): string {
  const safe = Object.entries(values).map(([name, value]) => [name, encodeURIComponent(value)]);
  return fill(path, Object.fromEntries(safe) as TemplateValues);
}

/** A text that is one placeholder becomes the value itself. Pure. */
export function fillValue(text: string, values: TemplateValues): string | number {
  const [, only] = /^\{([a-z]+)\}$/.exec(text) ?? [];
  return only === undefined ? fill(text, values) : valueOf(only, values);
}

/** JSON with every text in it filled. Pure. */
export function fillJson(value: unknown, values: TemplateValues): unknown {
  if (typeof value === "string") return fillValue(value, values);
  if (Array.isArray(value)) return value.map((one) => fillJson(one, values));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillJson(one, values)]));
}

function valueOf(name: string, values: TemplateValues): string | number {
  const value = values[name];
  if (value === undefined) throw new Error(`business check: {${name}} stands for nothing here`);
  return value;
}
