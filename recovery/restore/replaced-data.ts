import { z } from "zod";

/** What one restore moved aside: the data that was live before it. */
export const replacedDataSchema = z.object({
  /** The restore's id, and its folder's name below `layout.replaced`. */
  id: z.string(),
  /** Space that it takes, in bytes, some of which it may share with points; null when that could not be measured in time. */
  bytes: z.number().nonnegative().nullable(),
});
export type ReplacedData = z.infer<typeof replacedDataSchema>;

/** What all of it takes, in bytes; null when some of it is not known. */
export function replacedBytes(replaced: readonly ReplacedData[]): number | null {
  return replaced.reduce<number | null>(
    (sum, { bytes }) => (sum === null || bytes === null ? null : sum + bytes),
    0,
  );
}

/** How the space that earlier restores cost is had back, with what each takes; null when they cost none. */
export function giveUpReplaced(replaced: readonly ReplacedData[]): string | null {
  if (replaced.length === 0) return null;
  const each = replaced.map(({ id, bytes }) => `${id}, ${mib(bytes)}`).join("; ");
  return `give up what earlier restores moved aside (${mib(replacedBytes(replaced))} in all: ${each}) by its name, with "./kaleem restore --forget ID"`;
}

/** What to do where space on the data volume is short. */
export function makeRoom(replaced: readonly ReplacedData[]): string {
  return ["Enlarge the data volume", giveUpReplaced(replaced)].filter((way) => way !== null).join(", or ");
}

function mib(bytes: number | null): string {
  return bytes === null ? "an unknown size" : `${Math.ceil(bytes / 1024 / 1024)} MiB`;
}
