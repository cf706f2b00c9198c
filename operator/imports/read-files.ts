import type { PortableSource } from "../../catalog/portable/portable.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { ImportPlanAnswer } from "../answers/import-answer.ts";
import { findFiles, importedStores, type FoundFile, type FoundFiles } from "./find-files.ts";
import type { Origin } from "./origin.ts";
import type { Taking } from "../../catalog/portable/read-portable.ts";
import { readSource } from "./read-source.ts";

/** Files that were read whole, and can be imported. */
export interface ReadFiles {
  readonly sources: readonly PortableSource[];
  /** Where the content of each source is on this machine. */
  readonly paths: readonly string[];
  readonly files: ImportPlanAnswer["files"];
  readonly notTaken: FoundFiles["notTaken"];
}

/**
 * Finds the newest file of each store and reads it to its end.
 * @throws RecoveryError `usage` with every reason why something of it cannot be imported
 */
export async function readFiles(
  origin: Origin,
  {
    only,
    taking,
    tell,
  }: { readonly only: readonly string[]; readonly taking: Taking; readonly tell: (detail: string) => void },
): Promise<ReadFiles> {
  refuse(
    only
      .filter((name) => !importedStores.includes(name))
      .map((name) => `--store: expected ${importedStores.join(", ")}, got ${name}`),
  );
  const found = findFiles(await origin.list(), only);
  const looked = only.length === 0 ? importedStores : only;
  const absent = only.filter((store) => !found.newest.some((file) => file.store === store));
  refuse([
    ...(found.newest.length === 0
      ? [`import: ${origin.name} holds no file of ${looked.join(", ")}: expected names such as ${examples}`]
      : absent.map(
          (store) => `import: ${origin.name} holds no file of ${store}: expected names such as ${examples}`,
        )),
  ]);
  const problems: string[] = [];
  const read: { source: PortableSource; path: string; file: FoundFile }[] = [];
  for (const file of found.newest) {
    tell(file.name);
    const done = await readSource(file, await origin.fetch(file), taking, found.older.get(file.store));
    if ("refusals" in done) problems.push(...done.refusals);
    else read.push({ ...done, file });
  }
  const databases = read.flatMap(({ source }) => (source.store === "mongo" ? source.parts : []));
  if (problems.length === 0)
    problems.push(
      ...Object.keys(taking.rename)
        .filter((name) => !databases.includes(name))
        .map(
          (name) =>
            `--rename: no file here holds a database ${name}${databases.length === 0 ? "" : `; there is ${databases.join(", ")}`}`,
        ),
    );
  refuse(problems);
  return {
    sources: read.map(({ source }) => source),
    paths: read.map(({ path }) => path),
    files: read.map(({ source, file }) =>
      describeSource(source, file, found.older.get(source.store)?.length ?? 0),
    ),
    notTaken: found.notTaken,
  };
}

const examples = "mongo-2025-10-01-0300.archive.gz, dump.rdb, defs-2025-10-01.json";

function refuse(problems: readonly string[]): void {
  if (problems.length > 0)
    throw new RecoveryError(exitCodes.usage, `${problems.join("\n")}\nNothing was imported.`);
}

/** What is told of a file. Pure. */
export function describeSource(
  { store, madeAt, bytes, version, stated, parts, rename, leftOut }: PortableSource,
  { path }: Pick<FoundFile, "path">,
  older: number,
): ImportPlanAnswer["files"][number] {
  const holds: Record<string, number> = {};
  for (const { kind, count } of stated) holds[kind] = (holds[kind] ?? 0) + (count ?? 1);
  return { store, path, madeAt, bytes, version, holds, parts, rename, older, leftOut };
}
