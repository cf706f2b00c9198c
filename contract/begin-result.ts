import { z } from "zod";

/** What `kaleem-agent begin` answers: what becomes of a host's data root. */
export const beginResultSchema = z.object({
  /**
   * `serves`: it had a lineage before. `founded`: it has one from now on. `waits`: its data are elsewhere, and the platform is closed
   * until they are there. `new`: closed, since nobody has said that it is a first install.
   */
  state: z.enum(["serves", "founded", "waits", "new"]),
  /** In words. */
  why: z.string(),
});
export type BeginResult = z.infer<typeof beginResultSchema>;
