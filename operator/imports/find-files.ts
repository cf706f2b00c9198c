/** A file of a listing, wherever it lies. */
export interface ListedFile {
  /** Absolute, or below the folder that was listed. */
  readonly path: string;
  readonly bytes: number;
  /** Last change, in ms since 1970. */
  readonly changedMs: number;
}

/** A file that holds a store's data in the portable form. */
export interface FoundFile extends ListedFile {
  readonly store: string;
  readonly name: string;
  /** A folder, which is read as a tar archive. */
  readonly isFolder: boolean;
  /** As its name says, or else its last change; in ms since 1970. */
  readonly madeMs: number;
}

/** What was found. */
export interface FoundFiles {
  /** The newest of each store that can be imported. */
  readonly newest: readonly FoundFile[];
  /** How many older ones each store has beside it, and the newest of them. */
  readonly older: ReadonlyMap<string, readonly FoundFile[]>;
  /** Of what the former scripts left and no import takes: what it is, the newest file, and what to do with it. */
  readonly notTaken: readonly { readonly what: string; readonly path: string; readonly instead: string }[];
}

/** What the former scripts called their files, by store. */
const names: readonly (readonly [store: string, name: RegExp])[] = [
  ["mongo", /^mongo-.*\.archive(\.gz)?$/],
  ["redis", /^(dump|redis-.*)\.rdb$/],
  ["rabbitmq", /^defs-.*\.json$/],
  ["qdrant", /^qdrant-.*\.tar$/],
];

/** What they left beside that. */
const others: readonly (readonly [what: string, path: RegExp, instead: string])[] = [
  [
    "qdrant snapshot",
    /\.snapshot$/,
    "bring each collection in by Qdrant's own upload of a snapshot, or make the vectors anew from MongoDB",
  ],
  [
    "n8n data",
    /(^|\/)n8n-sqlite-[^/]*\.tar(\.gz)?$/,
    "export workflows from the old n8n and import them in the new one",
  ],
  [
    "configuration",
    /(^|\/)configs-[^/]*\.tar\.gz$/,
    "the stack file says it here; nothing is unpacked over this host",
  ],
];

/** Picks out what can be imported, the newest of each store first. Pure. */
export function findFiles(listed: readonly ListedFile[], only: readonly string[] = []): FoundFiles {
  const found = names
    .filter(([store]) => only.length === 0 || only.includes(store))
    .map(([store, pattern]) => {
      const all = listed.flatMap((file): FoundFile[] => {
        const name = file.path.slice(file.path.lastIndexOf("/") + 1);
        return pattern.test(name)
          ? [{ ...file, store, name, isFolder: false, madeMs: madeAt(name) ?? file.changedMs }]
          : [];
      });
      return [store, all.sort((a, b) => b.madeMs - a.madeMs || (a.path < b.path ? -1 : 1))] as const;
    });
  return {
    newest: [
      ...found.flatMap(([, [first]]) => (first === undefined ? [] : [first])),
      ...(only.length === 0 || only.includes("minio") ? mirrorIn(listed) : []),
    ],
    older: new Map(found.map(([store, [, ...rest]]) => [store, rest])),
    notTaken: others.flatMap(([what, pattern, instead]) => {
      const [first] = listed
        .filter(({ path }) => pattern.test(path))
        .sort((a, b) => b.changedMs - a.changedMs);
      return first === undefined ? [] : [{ what, path: first.path, instead }];
    }),
  };
}

/** The first folder called `minio` with folders in it, one a bucket. */
function mirrorIn(listed: readonly ListedFile[]): readonly FoundFile[] {
  const inside = (path: string): string | undefined => /^(.*?(?:^|\/)minio)\/[^/]+\/./.exec(path)?.[1];
  const folder = listed.map(({ path }) => inside(path)).find((path) => path !== undefined);
  if (folder === undefined) return [];
  const files = listed.filter(({ path }) => path.startsWith(`${folder}/`));
  const changedMs = files.reduce((newest, file) => Math.max(newest, file.changedMs), 0);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return [
    { store: "minio", name: "minio", path: folder, bytes, changedMs, madeMs: changedMs, isFolder: true },
  ];
}

/** The stores that `--store` may name. */
export const importedStores: readonly string[] = [...names.map(([store]) => store), "minio"];

/** The instant in a file's name, in UTC, such as `mongo-2025-10-01-0300.archive.gz`; null when there is none. Pure. */
export function madeAt(name: string): number | null {
  const found = /(\d{4})-?(\d{2})-?(\d{2})(?:[-_T](\d{2})[-:]?(\d{2})(?:[-:]?(\d{2}))?)?/.exec(name);
  if (found === null) return null;
  const [year, month, day, hour, minute, second] = (found.slice(1) as (string | undefined)[]).map((part) =>
    Number(part ?? 0),
  );
  const instant = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  const isReal =
    new Date(instant).getUTCMonth() === (month ?? 1) - 1 && new Date(instant).getUTCDate() === day;
  return isReal ? instant : null;
}
