/** One section; keys may repeat and keep their order, as systemd wants it. */
export interface IniSection {
  readonly name: string;
  readonly entries: readonly (readonly [key: string, value: string | number | boolean])[];
}

/** Renders sections as systemd reads them. Throws on a value that would break out of its line. */
export function renderIni(sections: readonly IniSection[]): string {
  return sections
    .map(({ name, entries }) => [
      `[${name}]`,
      ...entries.map(([key, value]) => `${key}=${line(key, value)}`),
      "",
    ])
    .flat()
    .join("\n");
}

function line(key: string, value: string | number | boolean): string {
  const text = value === true ? "yes" : value === false ? "no" : String(value);
  if (/[\r\n]/.test(text) || text.endsWith("\\"))
    throw new Error(`ini: ${key}: a value must fit on one line`);
  return text;
}
