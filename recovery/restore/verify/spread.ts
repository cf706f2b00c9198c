import { z } from "zod";

/** How far stores are from each other in time. */
export const spreadSchema = z.strictObject({
  seconds: z.number().nonnegative(),
  /** The store that is furthest behind. */
  earliest: z.string(),
  latest: z.string(),
});
export type Spread = z.infer<typeof spreadSchema>;

/** The largest difference between these times, given as store → ISO time; null with fewer than two stores. */
export function spreadOf(times: ReadonlyMap<string, string>): Spread | null {
  const sorted = [...times].sort(([, a], [, b]) => Date.parse(a) - Date.parse(b));
  const [first, last] = [sorted.at(0), sorted.at(-1)];
  if (sorted.length < 2 || first === undefined || last === undefined) return null;
  return {
    seconds: (Date.parse(last[1]) - Date.parse(first[1])) / 1000,
    earliest: first[0],
    latest: last[0],
  };
}
