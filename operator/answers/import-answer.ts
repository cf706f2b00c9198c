import { z } from "zod";
import { importPlanSchema, importResultSchema } from "../../recovery/imports/request.ts";

const file = z.strictObject({
  store: z.string(),
  path: z.string(),
  madeAt: z.string().describe("As the file or its name says, in UTC."),
  bytes: z.number(),
  version: z.string().nullable().describe("Of the engine that wrote it."),
  holds: z.record(z.string(), z.number()).describe("What it holds, by kind, such as documents."),
  parts: z.array(z.string()).describe("What of the store is replaced whole, such as databases."),
  rename: z.record(z.string(), z.string()).describe("Database in the file → database here."),
  older: z.number().describe("How many older files of this store were found beside it."),
  leftOut: z.array(z.string()).describe("What of it is not loaded, and why."),
});

/** What `./kaleem import --plan --json` answers. */
export const importPlanAnswer = z.strictObject({
  from: z.string(),
  files: z.array(file),
  notTaken: z
    .array(z.strictObject({ what: z.string(), path: z.string(), instead: z.string() }))
    .describe("What was found and no import takes, and what to do with it."),
  ...importPlanSchema.shape,
});
export type ImportPlanAnswer = z.infer<typeof importPlanAnswer>;

/** What `./kaleem import --json` answers once it imported. */
export const importAnswer = z.strictObject({ from: z.string(), ...importResultSchema.shape });
