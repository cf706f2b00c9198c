import { renderRecord, type TreeEntry } from "../../../recovery/point/tree.ts";

/** A store's file as a scan sees it; tests change one thing. */
export const treeEntry: TreeEntry = {
  path: "data/a",
  kind: "f",
  inode: "10",
  ctime: "1000.0000000000",
  mtime: "1000.0000000000",
  size: 5,
  mode: 0o600,
  uid: 999,
  gid: 999,
  links: 1,
  target: "",
};

/** The records of some entries that differ from `treeEntry`, in the order of a listing. */
export function records(...changes: readonly Partial<TreeEntry>[]): readonly string[] {
  return changes.map((change) => renderRecord({ ...treeEntry, ...change })).sort();
}
