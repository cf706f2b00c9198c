import { z } from "zod";

const listed = z.array(z.object({ id: z.string().min(8), current: z.boolean() }));

/** One password of a repository, by restic's short id of it. */
export interface RepositoryKey {
  readonly id: string;
  /** It is the one that the repository was opened with. */
  readonly current: boolean;
}

/** What `restic key list --json` says. */
export function parseKeys(stdout: string): readonly RepositoryKey[] {
  return listed.parse(JSON.parse(stdout));
}

const masterKey = z.object({ encrypt: z.string().min(1) });

/** What `restic cat masterkey` says: the bytes that data is encrypted with. */
export function parseMasterKey(stdout: string): Buffer {
  return Buffer.from(masterKey.parse(JSON.parse(stdout)).encrypt, "base64");
}
