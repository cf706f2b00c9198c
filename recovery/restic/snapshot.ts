import { z } from "zod";

/** A snapshot as restic lists it. */
export interface Snapshot {
  /** restic's own id: differs between the repositories. */
  readonly id: string;
  readonly time: string;
  readonly host: string;
  readonly paths: readonly string[];
  readonly tags: readonly string[];
  /** Bytes in it; null where restic (before 0.17) does not say. */
  readonly bytes: number | null;
  /** Id of all that is in it, the same wherever it is copied to; null where restic does not say. */
  readonly tree?: string | null;
}

/** An empty repository prints `null` or `[]`. */
const listing = z
  .array(
    z.object({
      id: z.string(),
      time: z.string(),
      hostname: z.string(),
      paths: z.array(z.string()),
      tags: z.array(z.string()).nullish(),
      tree: z.string().nullish(),
      summary: z.object({ total_bytes_processed: z.number() }).nullish(),
    }),
  )
  .nullable();

/** What `restic snapshots --json` printed, oldest first. */
export function parseSnapshots(stdout: string): readonly Snapshot[] {
  const list = listing.parse(JSON.parse(stdout)) ?? [];
  return list
    .map((one) => ({
      id: one.id,
      time: one.time,
      host: one.hostname,
      paths: one.paths,
      tags: one.tags ?? [],
      tree: one.tree ?? null,
      bytes: one.summary?.total_bytes_processed ?? null,
    }))
    .sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
}

const forgetting = z.array(z.object({ remove: z.array(z.object({ id: z.string() })).nullish() })).nullable();

/** The full ids of what `restic forget --dry-run --json` would remove. Without anything to look at it prints nothing. */
export function parseForgettable(stdout: string): readonly string[] {
  if (stdout.trim() === "") return [];
  const groups = forgetting.parse(JSON.parse(stdout)) ?? [];
  return groups.flatMap(({ remove }) => (remove ?? []).map(({ id }) => id));
}
