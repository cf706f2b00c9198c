import { importsOf } from "./imports.ts";
import { codeFiles } from "./sources.ts";

/** That files of one module import files of another. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Whether every such import is an `import()`, made only when it is needed. */
  readonly onDemand: boolean;
}

/**
 * The arrows of the Mermaid picture below a page's heading "Modules": `a --> b` for an import, `a -.-> b` for one on demand;
 * `a --> b & c` is two.
 *
 * @throws Error when there is no such picture, or a line of it has another form
 */
export function moduleArrows(page: string, text: string): Arrow[] {
  const picture = /^## Modules\n(?:(?!^#)[^])*?^```mermaid\n([^]*?)^```/m.exec(text)?.[1];
  if (picture === undefined)
    throw new Error(`${page}: expected a Mermaid picture below the heading "Modules", found none`);
  return picture
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(flowchart|graph|%%)/.test(line))
    .flatMap((line) => {
      const [, from, kind, targets] = /^([\w.-]+) (-->|-\.->) ([\w.-]+(?: & [\w.-]+)*)$/.exec(line) ?? [];
      if (from === undefined || targets === undefined)
        throw new Error(`${page}: Modules: expected "a --> b" or "a -.-> b", got "${line}"`);
      return targets.split(" & ").map((to) => ({ from, to, onDemand: kind === "-.->" }));
    });
}

/** What the sources import of each other, tests aside. A module is a top-level folder, or a file beside them without its ending. */
export function realArrows(): Arrow[] {
  const arrows = new Map<string, Arrow>();
  for (const file of codeFiles) {
    const from = moduleOf(file);
    if (from === "test") continue;
    for (const { file: imported, onDemand } of importsOf(file)) {
      const to = moduleOf(imported);
      if (to === from) continue;
      const name = `${from} ${to}`;
      arrows.set(name, { from, to, onDemand: onDemand && (arrows.get(name)?.onDemand ?? true) });
    }
  }
  return [...arrows.values()];
}

function moduleOf(file: string): string {
  return file.includes("/") ? file.slice(0, file.indexOf("/")) : file.replace(/\.[^.]+$/, "");
}
