import { z } from "zod";
import { portableSourceSchema } from "../../catalog/portable/portable.ts";

/** Which dumps are to be placed for an import; on the agent's standard input, as JSON. */
export const fetchDumpsRequestSchema = z.strictObject({
  /** Names the folder below `layout.imports` that they are put in; it is there already. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  dumps: z.array(z.string()).min(1),
  /** As in `PortableSource`. */
  rename: z.record(z.string(), z.string()),
  withoutUsers: z.boolean(),
  /** As in `PortableSource`; of one dump alone. */
  only: z.array(z.string()).min(1).optional(),
});
export type FetchDumpsRequest = z.infer<typeof fetchDumpsRequestSchema>;

export const fetchedDumpsSchema = z.object({ sources: z.array(portableSourceSchema) });
export type FetchedDumps = z.infer<typeof fetchedDumpsSchema>;
