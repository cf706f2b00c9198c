const step = /\.([A-Za-z_][A-Za-z0-9_-]*)|\[(\d{1,6})\]/g;

/** The value at a path such as `$.items[0].id` of an answer; undefined where there is none. Pure. `$` is the whole. */
export function valueAt(path: string, value: unknown): unknown {
  let found = value;
  for (const [, name, index] of path.matchAll(step)) {
    if (typeof found !== "object" || found === null) return undefined;
    const key = name ?? index ?? "";
    if (!Object.hasOwn(found, key)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return found;
}
