import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { DumpList } from "../../recovery/agent/answers/dump-record.ts";
import { importedStores } from "./find-files.ts";

/** What `--from` names of the stack's own dumps: the newest of each store, or one by its id; null where it names something else. Pure. */
export function dumpsAsked(from: string): { readonly id: string | null } | null {
  if (from === "dumps") return { id: null };
  return from.startsWith("dump:") ? { id: from.slice("dump:".length) } : null;
}

/** Those of the data that is here: the newest of another lineage is nobody's "newest". Pure. */
export function ownDumps({ dumps, own }: Pick<DumpList, "dumps" | "own">): DumpList["dumps"] {
  return own === undefined ? dumps : dumps.filter(({ lineage }) => lineage === own);
}

/** Says that there are dumps of other lineages, and how one is taken. Pure. */
export function ofOthers({ dumps, own }: Pick<DumpList, "dumps" | "own">, by: string): string {
  const others = new Set(dumps.map(({ lineage }) => lineage).filter((lineage) => lineage !== own));
  return own === undefined || others.size === 0
    ? ""
    : `; those of ${[...others].sort().join(" and ")}, another lineage than ${own}, are taken only by their ids: ${by}`;
}

/**
 * The dumps to be imported. Pure.
 * @param only the stores that were named; none means all
 * @throws RecoveryError `usage` or `noPoint` with every reason why there are none
 */
export function chooseDumps(
  list: DumpList,
  { id, only }: { readonly id: string | null; readonly only: readonly string[] },
): DumpList["dumps"] {
  const unknown = only.filter((name) => !importedStores.includes(name));
  if (unknown.length > 0)
    throw new RecoveryError(
      exitCodes.usage,
      `--store: expected ${importedStores.join(", ")}, got ${unknown.join(", ")}\nNothing was imported.`,
    );
  if (id !== null) {
    const one = list.dumps.find((dump) => dump.id === id);
    if (one !== undefined && importedStores.includes(one.source)) return [one];
    throw new RecoveryError(
      exitCodes.noPoint,
      one === undefined
        ? `import: there is no dump ${id}: ./kaleem dumps lists those that there are\nNothing was imported.`
        : `import: a dump of ${one.source} is loaded by hand alone: see docs/runbooks/by-hand.md\nNothing was imported.`,
    );
  }
  const wanted = only.length === 0 ? importedStores : only;
  const own = ownDumps(list);
  const newest = wanted.flatMap((store) => own.find(({ source }) => source === store) ?? []);
  const absent = only.filter((store) => !newest.some(({ source }) => source === store));
  if (newest.length === 0 || absent.length > 0)
    throw new RecoveryError(
      exitCodes.noPoint,
      `import: there is no dump of ${(absent.length > 0 ? absent : wanted).join(", ")} yet: ./kaleem dump takes one${ofOthers(list, "--from dump:ID")}\nNothing was imported.`,
    );
  return newest;
}
