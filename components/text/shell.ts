/** Quotes one word for a POSIX shell, only where it has to be. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_\-+=:,./@%]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** An argv as one line for a POSIX shell. */
export function commandLine(argv: readonly string[]): string {
  return argv.map(quote).join(" ");
}
