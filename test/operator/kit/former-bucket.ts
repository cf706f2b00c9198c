import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { FakeS3 } from "../../recovery/lineage/fake-s3.ts";

const archive = fileURLToPath(new URL("../../fixtures/bucket-0.1.0.tar", import.meta.url));

/** The password of its repository, which restic made. */
export const formerPassword = "NBRWLnsdZTmlvqjzKzwdRLwzACDKhyjO-hT-Iw5S5fs";

/** Fills an S3 server in this process with a bucket that a real platform left: head, stack file, repository without its packs. */
export function fillFormerBucket(s3: FakeS3, bucket: string): void {
  const folder = mkdtempSync(join(tmpdir(), "kaleem-bucket-"));
  try {
    execFileSync("tar", ["-xf", archive, "--exclude=./restic/data", "-C", folder]);
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((each) => each.isFile())) {
      const path = join(entry.parentPath, entry.name);
      const bytes = readFileSync(path);
      s3.objects.set(`/${bucket}/${relative(folder, path)}`, {
        body: bytes.toString("utf8"),
        bytes,
        version: 1,
      });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
