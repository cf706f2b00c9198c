import { usualLimits, type Inventory } from "../../catalog/inventory/inventory.ts";
import { measureFolder } from "../point/measure-folder.ts";
import type { Manifest } from "../point/manifest.ts";
import { compareDirectories } from "../restore/verify/check-manifest.ts";
import { filesInventory, type KeptFolder } from "./files-inventory.ts";

/** An application's part of a clone. */
export interface ProofFolders {
  readonly name: string;
  /** Directory under the data root → where it is, as its container saw it and on the host. */
  readonly folders: Readonly<Record<string, KeptFolder>>;
}

/**
 * Holds an application's directories against the point's manifest, and tells what they hold. Nothing is started: what the files mean, only
 * their application knows, and it may do anything when it starts.
 * @returns the inventory, or what is not as the manifest says
 */
export async function proveFiles(
  { name, folders }: ProofFolders,
  { directories }: Pick<Manifest["stores"][string], "directories">,
  like: Inventory | undefined,
): Promise<Inventory | readonly string[]> {
  const measured = Object.fromEntries(
    await Promise.all(
      Object.entries(folders).map(
        async ([directory, { folder }]) => [directory, await measureFolder(folder)] as const,
      ),
    ),
  );
  const problems = compareDirectories(name, Object.keys(folders), directories, measured);
  if (problems.length > 0) return problems;
  return filesInventory(name, Object.values(folders), { ...usualLimits, ...(like && { like }) });
}
