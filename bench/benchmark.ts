/** What a benchmark found: a table for people, and every figure behind it for programs. */
export interface Benchmark {
  /** Its name on the command line. */
  readonly name: string;
  /** First row: the headings. */
  readonly table: readonly (readonly string[])[];
  /** What a reader of the table must know, a sentence each. */
  readonly notes: readonly string[];
  /** Everything that was measured, as JSON. */
  readonly figures: Readonly<Record<string, unknown>>;
}
