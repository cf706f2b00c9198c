import { catalog } from "../../../catalog/catalog.ts";
import { hostFilesDump } from "../../../contract/jobs.ts";

/** Everything that is dumped, and the name of its file in a snapshot. */
export function dumpedFiles(): readonly { readonly source: string; readonly file: string }[] {
  const stores = catalog.flatMap((definition) => {
    const dump = definition.kind === "stateful" ? definition.recovery.portable?.dump : undefined;
    return dump === undefined
      ? []
      : [{ source: definition.name, file: `${definition.name}${dump.file.suffix}` }];
  });
  return [...stores, { source: hostFilesDump.source, file: `${hostFilesDump.source}.tar` }];
}

/** The lines of a page that can be typed without a store: those of its fences that are marked as bash. Pure. */
export function byHandLines(page: string): readonly string[] {
  return [...page.matchAll(/^```bash\n([^]*?)^```$/gm)].flatMap(([, inside = ""]) =>
    inside.split("\n").filter((line) => line.trim() !== ""),
  );
}
