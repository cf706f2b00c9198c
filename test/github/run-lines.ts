/** Every shell line of a workflow's or an action's `run:`, continued ones as one, without comments at their ends. */
export function runLines(yaml: string): string[] {
  const lines = yaml.split("\n");
  return lines.flatMap((line, index) => {
    const [, indent = "", script] = /^( *)(?:- )?run: (.*)$/.exec(line) ?? [];
    if (script === undefined) return [];
    if (script !== "|") return [script.replace(/ #.*$/, "")];
    const end = lines.findIndex(
      (each, at) => at > index && each.trim() !== "" && !each.startsWith(`${indent}  `),
    );
    const body = lines.slice(index + 1, end === -1 ? undefined : end).join("\n");
    return body
      .replaceAll(/ *\\\n */g, " ")
      .split("\n")
      .map((each) => each.trim())
      .filter((each) => each !== "");
  });
}

/** The words of a shell line, its first one being what is called; what `if` tests is what it calls. */
export function wordsOf(line: string): string[] {
  return line.replace(/^if (! )?/, "").split(/\s+/);
}
