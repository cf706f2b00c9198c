import {
  chmod,
  chown,
  lstat,
  lutimes,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import {
  filesDirectory,
  manifestFile,
  manifestSchema,
  type Manifest,
} from "../../recovery/point/manifest.ts";
import { leftByHand, type FetchedPoint, type FilesFault } from "./fault.ts";

const altered = { cause: "files-altered" } as const;
const { directory, folder: leftFolder, first, second, link, bytes } = leftByHand;
const folderOf = ({ folder }: FetchedPoint): string => join(folder, filesDirectory, directory, leftFolder);

/** Does it, and then the paths have the modification times of before. */
async function unseen(paths: readonly string[], change: () => Promise<unknown>): Promise<void> {
  const before = await Promise.all(paths.map((path) => lstat(path)));
  await change();
  for (const [index, path] of paths.entries()) {
    const times = before[index];
    if (times !== undefined) await lutimes(path, times.atime, times.mtime);
  }
}

/** Writes the manifest anew, as `edit` gives it back. */
async function editManifest({ folder }: FetchedPoint, edit: (manifest: Manifest) => unknown): Promise<void> {
  const path = join(folder, manifestFile);
  const manifest = manifestSchema.parse(JSON.parse(await readFile(path, "utf8")));
  await writeFile(path, JSON.stringify(edit(manifest)));
}

function without(stores: Manifest["stores"], left: string): Manifest["stores"] {
  return Object.fromEntries(Object.entries(stores).filter(([name]) => name !== left));
}

/** With other facts of the store that has the files left by hand. */
function withFacts(manifest: Manifest, facts: Partial<Manifest["stores"][string]>): unknown {
  const present = manifest.stores[directory];
  return { ...manifest, stores: { ...manifest.stores, [directory]: { ...present, ...facts } } };
}

/** Files of a fetched point, and its manifest. */
export const filesFaults: readonly FilesFault[] = [
  {
    ...altered,
    name: "files-longer",
    what: "a file is longer than it was",
    check: "manifest: sums",
    named: [/\.bytes: the manifest says/],
    change: (fetched) => {
      const path = join(folderOf(fetched), first);
      return unseen([path], () => truncate(path, bytes + 1));
    },
  },
  {
    ...altered,
    name: "files-sizes-exchanged",
    what: "one file is shorter and another longer by as much; sums and times are as before",
    check: "manifest: sizes",
    only: true,
    named: [/not the same sizes of files/],
    change: (fetched, random) => {
      const [one, other] = [first, second].map((name) => join(folderOf(fetched), name)) as [string, string];
      const by = 1 + random.below(1_000);
      return unseen([one, other], async () => {
        await truncate(one, bytes - by);
        await truncate(other, bytes + by);
      });
    },
  },
  {
    ...altered,
    name: "files-gone",
    what: "a file is gone",
    check: "manifest: sums",
    named: [/\.files: the manifest says/],
    change: (fetched) => rm(join(folderOf(fetched), second)),
  },
  {
    ...altered,
    name: "files-made",
    what: "a file is there that was not",
    check: "manifest: sums",
    named: [/\.files: the manifest says/],
    change: (fetched) => writeFile(join(folderOf(fetched), "third.bin"), "x"),
  },
  {
    ...altered,
    name: "files-renamed",
    what: "a file has another name",
    check: "manifest: names",
    named: [/names, kinds or targets of links/],
    change: (fetched) => {
      const folder = folderOf(fetched);
      return unseen([folder], () => rename(join(folder, first), join(folder, "1st.bin")));
    },
  },
  {
    ...altered,
    name: "files-link-turned",
    what: "a link points elsewhere",
    check: "manifest: names",
    only: true,
    named: [/names, kinds or targets of links/],
    change: (fetched) => {
      const path = join(folderOf(fetched), link);
      return unseen([folderOf(fetched), path], async () => {
        await rm(path);
        await symlink(first, path);
      });
    },
  },
  {
    ...altered,
    name: "files-mode",
    what: "everybody may read a file",
    check: "manifest: access",
    only: true,
    named: [/modes or owners/],
    change: (fetched) => chmod(join(folderOf(fetched), first), 0o644),
  },
  {
    ...altered,
    name: "files-owner",
    what: "a file belongs to somebody else",
    check: "manifest: access",
    named: [/modes or owners/],
    change: (fetched) => chown(join(folderOf(fetched), first), 1234, 1234),
  },
  {
    ...altered,
    name: "files-time",
    what: "a file bears another time",
    check: "manifest: times",
    only: true,
    named: [/modification times/],
    change: (fetched) => utimes(join(folderOf(fetched), first), 1, 1),
  },
  {
    ...altered,
    name: "files-directory-gone",
    what: "the directory of a store is gone",
    cause: "data-missing",
    check: "manifest: form",
    named: [/the directory is missing/],
    change: ({ folder }) => rm(join(folder, filesDirectory, directory), { recursive: true }),
  },
  {
    name: "files-manifest-gone",
    what: "the point has no manifest",
    cause: "record-damaged",
    check: "manifest: form",
    only: true,
    named: [/manifest\.json is missing/],
    change: ({ folder }) => rm(join(folder, manifestFile)),
  },
  {
    name: "files-manifest-garbled",
    what: "the manifest is no JSON",
    cause: "record-damaged",
    check: "manifest: form",
    named: [/manifest\.json is not JSON/],
    change: ({ folder }) => writeFile(join(folder, manifestFile), "{"),
  },
  {
    name: "files-manifest-store-gone",
    what: "the manifest does not name a store that the tags name",
    cause: "record-damaged",
    check: "manifest: form",
    named: [/the point does not hold this store/],
    change: (fetched) =>
      editManifest(fetched, (manifest) => ({
        ...manifest,
        stores: without(manifest.stores, directory),
      })),
  },
  {
    name: "files-manifest-sums",
    what: "the manifest names another number of bytes",
    cause: "record-damaged",
    check: "manifest: sums",
    only: true,
    named: [/\.bytes: the manifest says/],
    change: (fetched) =>
      editManifest(fetched, (manifest) => {
        const directories = manifest.stores[directory]?.directories ?? {};
        const held = directories[directory] ?? { files: 0, bytes: 0 };
        return withFacts(manifest, {
          directories: { ...directories, [directory]: { ...held, bytes: held.bytes + 1 } },
        });
      }),
  },
  {
    name: "files-manifest-generation",
    what: "the manifest is of another generation than the tags say",
    cause: "record-damaged",
    check: "manifest: tags",
    only: true,
    named: [/generation: the manifest says/],
    change: (fetched) => editManifest(fetched, (manifest) => ({ ...manifest, generation: 7 })),
  },
  {
    name: "files-manifest-canary",
    what: "the manifest bears the mark of another point",
    cause: "record-damaged",
    check: "canary",
    only: true,
    named: [/redis: canary: expected/],
    change: (fetched) =>
      editManifest(fetched, (manifest) => withFacts(manifest, { canary: "20200101T000000Z-0000" })),
  },
  {
    name: "files-manifest-engine",
    what: "the data was written by a newer engine than the one that runs",
    cause: "version-wrong",
    check: "version",
    only: true,
    named: [/redis: version: .*which is older/],
    change: (fetched) => editManifest(fetched, (manifest) => withFacts(manifest, { version: "99.0.0" })),
  },
];
