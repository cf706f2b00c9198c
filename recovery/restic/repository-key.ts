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
