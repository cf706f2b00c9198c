import { sentenceOf } from "../../../contract/sentence-of.ts";
import type { TreeDigest } from "../../point/measure-tree.ts";
import { manifestFile, manifestSchema, type Manifest } from "../../point/manifest.ts";
import { passedBy } from "../plan/left-out.ts";
import type { ChosenPoint, RestorePlan } from "../plan/restore-plan.ts";

/** A store as a restore sees it: its Swarm service and its directories under the live root; or an application that keeps files. */
export interface RestoredStore {
  readonly name: string;
  readonly directories: readonly string[];
  /** An application's: no engine is started or asked, and its service is scaled as applications are. */
  readonly filesOnly?: true;
}

/** Those that have an engine, which a restore stops, starts and asks. */
export function enginesOf<Store extends Pick<RestoredStore, "filesOnly">>(
  stores: readonly Store[],
): readonly Store[] {
  return stores.filter(({ filesOnly }) => filesOnly !== true);
}

/** What a directory holds. */
export interface Measured {
  readonly files: number;
  readonly bytes: number;
  /** What its entries are. */
  readonly digest?: TreeDigest | undefined;
}

type Expected = Pick<RestorePlan, "point" | "leftOut">;

/**
 * Holds a fetched point against itself: its manifest against its tags and against the files that came with it.
 * Gives the manifest, or every field that is not as it must be.
 */
export function checkManifest(
  text: string | null,
  plan: Expected,
  stores: readonly RestoredStore[],
  measured: Readonly<Record<string, Measured>>,
): Manifest | string[] {
  const parsed = text === null ? [`${manifestFile} is missing`] : parse(text);
  if (Array.isArray(parsed)) return parsed;
  const problems = [
    ...compareTags(parsed, plan.point),
    ...unplannedStores(parsed, stores, plan),
    ...stores.flatMap((store) => compareStore(parsed, store, measured)),
  ];
  return problems.length > 0 ? problems : parsed;
}

/** As much of that as can be told before the files are there. */
export function readManifest(
  text: string | null,
  plan: Expected,
  stores: readonly RestoredStore[],
): Manifest | string[] {
  const parsed = text === null ? [`${manifestFile} is missing`] : parse(text);
  if (Array.isArray(parsed)) return parsed;
  const absent = stores.filter(({ name }) => parsed.stores[name] === undefined);
  const problems = [
    ...compareTags(parsed, plan.point),
    ...unplannedStores(parsed, stores, plan),
    ...absent.map(({ name }) => notHeld(name)),
  ];
  return problems.length > 0 ? problems : parsed;
}

function parse(text: string): Manifest | string[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return [`${manifestFile} is not JSON (${sentenceOf(error)})`];
  }
  const result = manifestSchema.safeParse(json);
  if (result.success) return result.data;
  return result.error.issues.map((issue) => `${issue.path.join(".") || manifestFile}: ${issue.message}`);
}

function compareTags(manifest: Manifest, point: ChosenPoint): string[] {
  const tags = {
    point: point.id,
    lineage: point.lineage,
    generation: point.generation,
    instant: point.instant,
  };
  return (["point", "lineage", "generation", "instant"] as const)
    .filter((field) => manifest[field] !== tags[field])
    .map((field) => `${field}: the manifest says ${manifest[field]}, the point's tag ${tags[field]}`);
}

/** The plan was made by the tags: what they kept quiet about must not be dropped unseen. */
function unplannedStores(
  { stores: held }: Manifest,
  stores: readonly RestoredStore[],
  { leftOut }: Pick<RestorePlan, "leftOut">,
): string[] {
  const known = new Set([...stores.map(({ name }) => name), ...passedBy(leftOut)]);
  return Object.keys(held)
    .filter((store) => !known.has(store))
    .map((store) => `stores.${store}: the point's tags do not name this store, which is not restored here`);
}

function notHeld(store: string): string {
  return `stores.${store}: the point does not hold this store`;
}

function compareStore(
  manifest: Manifest,
  store: RestoredStore,
  measured: Readonly<Record<string, Measured>>,
): string[] {
  const facts = manifest.stores[store.name];
  if (facts === undefined) return [notHeld(store.name)];
  const [here, there] = [store.filesOnly === true ? "files" : "engine", facts.kind ?? "engine"] as const;
  if (here !== there)
    return [
      `stores.${store.name}.kind: the point holds ${inKinds[there]} by this name, this platform has ${inKinds[here]}`,
    ];
  return compareDirectories(store.name, store.directories, facts.directories, measured);
}

const inKinds = { files: "an application's files", engine: "a store" } as const;

/** What directories are not as a manifest says: a sentence each. */
export function compareDirectories(
  store: string,
  directories: readonly string[],
  held: Readonly<Record<string, Measured>>,
  measured: Readonly<Record<string, Measured>>,
): string[] {
  const names = [...new Set([...directories, ...Object.keys(held)])];
  return names.flatMap((name) => {
    const field = `stores.${store}.directories.${name}`;
    const expected = held[name];
    const got = measured[name];
    if (expected === undefined) return [`${field}: the manifest does not list this directory`];
    if (got === undefined) return [`${field}: expected ${expected.files} files, the directory is missing`];
    const sums = (["files", "bytes"] as const)
      .filter((unit) => expected[unit] !== got[unit])
      .map((unit) => `${field}.${unit}: the manifest says ${expected[unit]}, the point holds ${got[unit]}`);
    return [...sums, ...compareDigests(field, expected.digest, got.digest)];
  });
}

const inWords = {
  names: "names, kinds or targets of links",
  sizes: "sizes of files",
  access: "modes or owners",
  times: "modification times",
} as const;

/** So many folders are named. */
const namedFolders = 8;

/** What differs, and in which folders. A point of before there were digests has nothing to compare. */
function compareDigests(
  field: string,
  expected: TreeDigest | undefined,
  got: TreeDigest | undefined,
): string[] {
  if (expected === undefined) return [];
  if (got === undefined) return [`${field}.digest: the manifest has one, what was fetched was not measured`];
  const what = (["names", "sizes", "access", "times"] as const).filter((one) => expected[one] !== got[one]);
  if (what.length === 0) return [];
  const folders = [...new Set([...Object.keys(expected.folders), ...Object.keys(got.folders)])]
    .filter((name) => expected.folders[name]?.digest !== got.folders[name]?.digest)
    .map(
      (name) =>
        `${name === "." ? "right below" : name} (${sumsOf(expected, name)} in the manifest, ${sumsOf(got, name)} here)`,
    );
  const more = folders.length > namedFolders ? ` and ${folders.length - namedFolders} more` : "";
  const where =
    folders.length === 0
      ? "in a folder without a digest of its own"
      : `in ${folders.slice(0, namedFolders).join(", ")}${more}`;
  return [`${field}.digest: not the same ${what.map((one) => inWords[one]).join("; ")}: ${where}`];
}

function sumsOf({ folders }: TreeDigest, name: string): string {
  const folder = folders[name];
  return folder === undefined ? "none" : `${folder.files} files, ${folder.bytes} bytes`;
}
