import { manifestFile, manifestSchema, type Manifest } from "../../point/manifest.ts";
import type { RestoredStore } from "../phases/ports.ts";
import { passedBy } from "../plan/left-out.ts";
import type { ChosenPoint, RestorePlan } from "../plan/restore-plan.ts";

/** What a directory holds. */
export interface Measured {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Holds a fetched point against itself: its manifest against its tags and against the files that came with it.
 * Gives the manifest, or every field that is not as it must be.
 */
export function checkManifest(
  text: string | null,
  plan: Pick<RestorePlan, "point" | "leftOut">,
  stores: readonly RestoredStore[],
  measured: Readonly<Record<string, Measured>>,
): Manifest | string[] {
  if (text === null) return [`${manifestFile} is missing`];
  const parsed = parse(text);
  if (Array.isArray(parsed)) return parsed;
  const problems = [
    ...compareTags(parsed, plan.point),
    ...unplannedStores(parsed, stores, plan),
    ...stores.flatMap((store) => compareStore(parsed, store, measured)),
  ];
  return problems.length > 0 ? problems : parsed;
}

function parse(text: string): Manifest | string[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return [`${manifestFile} is not JSON (${error instanceof Error ? error.message : String(error)})`];
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

function compareStore(
  manifest: Manifest,
  store: RestoredStore,
  measured: Readonly<Record<string, Measured>>,
): string[] {
  const facts = manifest.stores[store.name];
  if (facts === undefined) return [`stores.${store.name}: the point does not hold this store`];
  const names = [...new Set([...store.directories, ...Object.keys(facts.directories)])];
  return names.flatMap((name) => {
    const field = `stores.${store.name}.directories.${name}`;
    const expected = facts.directories[name];
    const got = measured[name];
    if (expected === undefined) return [`${field}: the manifest does not list this directory`];
    if (got === undefined) return [`${field}: expected ${expected.files} files, the directory is missing`];
    return (["files", "bytes"] as const)
      .filter((unit) => expected[unit] !== got[unit])
      .map((unit) => `${field}.${unit}: the manifest says ${expected[unit]}, the point holds ${got[unit]}`);
  });
}
