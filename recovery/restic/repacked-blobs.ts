/** How many pieces of data a prune has moved to other packs, by what it printed ("to repack:  69 blobs / 1.078 MiB"); 0 when it does not say. */
export function repackedBlobs(stdout: string): number {
  return Number(/^to repack:\s+(\d+) blobs/m.exec(stdout)?.[1] ?? 0);
}
