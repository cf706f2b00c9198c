import { z } from "zod";

/** What this host knows of the recovery kit. */
export const kitStateSchema = z.object({
  /** Whether the stack's file goes off-site sealed to a kit. */
  sealed: z.boolean(),
  /** When a kit was last seen to open everything; null when never, or not here yet. */
  checkedAt: z.iso.datetime().nullable(),
  /** The bucket's address or keys, or the kit's recipient, are others since: the kit that was checked is out of date. */
  keysChanged: z.boolean(),
});
export type KitState = z.infer<typeof kitStateSchema>;
