import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A real XFS with reflink on a loop file, mounted in a folder of its own. Needs root. */
export interface XfsFixture {
  readonly root: string;
  remove(): void;
}

/** Makes one of `megabytes` (XFS wants 300 at least). */
export function makeXfs(megabytes = 400): XfsFixture {
  const folder = mkdtempSync(join(tmpdir(), "kaleem-xfs-"));
  const image = join(folder, "image");
  const root = join(folder, "mount");
  writeFileSync(image, "");
  truncateSync(image, megabytes * 1024 * 1024);
  mkdirSync(root);
  try {
    execFileSync("mkfs.xfs", ["-q", "-m", "reflink=1", image]);
    execFileSync("mount", ["-o", "loop", image, root]);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    root,
    remove() {
      execFileSync("umount", [root]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
