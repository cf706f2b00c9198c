import type { z } from "zod";

/**
 * Prints a command's answer as one JSON document on stdout. Only what the schema names is printed, so that no field gets out, and
 * no secret in it, which docs/json.md does not tell of.
 * @param form `line`: on one line, as it must be behind events that come one a line. @default "lines"
 * @throws ZodError when the answer is not of the schema
 */
export function printAnswer<Schema extends z.ZodType>(
  schema: Schema,
  answer: z.input<Schema>,
  form: "line" | "lines" = "lines",
): void {
  process.stdout.write(`${JSON.stringify(schema.parse(answer), null, form === "line" ? 0 : 2)}\n`);
}
