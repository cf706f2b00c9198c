/** Name under /run/secrets of the file that an application's secret variables are read from. */
export const environmentFile = "environment";

/**
 * Variables as the text of that file: lines that a POSIX shell reads as they are, whatever a value holds, line breaks and quotes included.
 * The same variables give the same text. Pure. @throws Error naming a variable whose value no environment can hold
 */
export function renderEnvironment(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => {
      if (value.includes("\0")) throw new Error(`${name}: a variable cannot hold a byte of zero`);
      return `export ${name}='${value.replaceAll("'", "'\\''")}'\n`;
    })
    .join("");
}
