import { mkdtemp, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Breath } from "./breathe.ts";
import { readCopied } from "./listing.ts";
import { type HeldFiles, TreeMeasure } from "./measure-tree.ts";
import { scanTree } from "./scan.ts";
import { parseRecord, type TreeEntry } from "./tree.ts";

/**
 * Every entry of a folder in the order of a listing, the folder itself first; paths begin with its name. Nothing in it may be moving.
 * The listing lies beside the folder that holds it, where there is room for what is as large as the data.
 */
export async function* entriesOf(folder: string): AsyncGenerator<TreeEntry> {
  const [root, name] = [dirname(folder), basename(folder)];
  const scratch = await mkdtemp(join(dirname(root), ".listing-"));
  try {
    const scan = await scanTree(root, [name], { into: join(scratch, "listing"), tolerant: false });
    const breath = new Breath();
    for (const record of readCopied(scan)) {
      if (breath.isDue) await breath.take();
      yield parseRecord(record);
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** As a point's copy was measured: a file with two names counts twice. */
export async function measureFolder(folder: string): Promise<HeldFiles> {
  const measure = new TreeMeasure(basename(folder));
  for await (const entry of entriesOf(folder)) measure.add(entry);
  return measure.result();
}
