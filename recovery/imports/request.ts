import { z } from "zod";
import { portableSourceSchema } from "../../catalog/portable/portable.ts";

/** What an import is asked for; on the agent's standard input, as JSON. */
export const importRequestSchema = z.strictObject({
  /** Names the folder below `layout.imports` that the files were put in. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  /** Only say what would be done; the files need not be here. */
  planOnly: z.boolean(),
  sources: z.array(portableSourceSchema).min(1),
});
export type ImportRequest = z.infer<typeof importRequestSchema>;

/** What is in a store now of what a file would replace. */
const replaced = z.strictObject({
  store: z.string(),
  /** The path of an inventory. */
  path: z.string(),
  kind: z.string(),
  /** Items that are there now; null when they were not counted. */
  now: z.number().nullable(),
  /** Items in the file; null where it is one thing. */
  file: z.number().nullable(),
});

/** What an import would do, or why it cannot. */
export const importPlanSchema = z.strictObject({
  /** Why nothing can be imported, a sentence each; empty when it can. */
  refusals: z.array(z.string()).describe("Why nothing can be imported, a sentence each; empty when it can."),
  replaced: z.array(replaced).describe("What is there now of what the files hold."),
  closed: z.boolean().describe("Whether the platform is closed already."),
});
export type ImportPlan = z.infer<typeof importPlanSchema>;

const importedStore = z.strictObject({
  store: z.string(),
  file: z.string(),
  seconds: z.number(),
  checked: z.number().describe("Entries of the store that were held against the file."),
  differences: z.array(z.string()).describe("Where the store is not what the file says."),
});

/** How an import ended. */
export const importResultSchema = z.strictObject({
  before: z.string().describe("The point that was taken before anything was changed."),
  after: z.string().nullable().describe("The point with what was imported; null when something differs."),
  stores: z.array(importedStore),
  opened: z.boolean().describe("Whether the platform serves."),
});
export type ImportResult = z.infer<typeof importResultSchema>;
