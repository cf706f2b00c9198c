/**
 * Puts values into `{{camelCase}}` places of a text; there is no logic in templates.
 * Throws when a name has no value, or a value no place: both are mistakes, and a rendered file hides them.
 */
export function renderTemplate(text: string, values: Readonly<Record<string, string | number>>): string {
  const used = new Set<string>();
  const missing = new Set<string>();
  const rendered = text.replace(/\{\{([a-z][A-Za-z0-9]*)\}\}/g, (place, name: string) => {
    if (!Object.hasOwn(values, name)) {
      missing.add(name);
      return place;
    }
    used.add(name);
    return String(values[name]);
  });
  const unused = Object.keys(values).filter((name) => !used.has(name));
  const problems = [
    ...[...missing].map((name) => `{{${name}}} has no value`),
    ...unused.map((name) => `the value "${name}" has no placeholder`),
  ];
  if (problems.length > 0) throw new Error(`template: ${problems.join("; ")}`);
  return rendered;
}
