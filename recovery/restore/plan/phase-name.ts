import { z } from "zod";

/** The phases of a restore, in their order. */
export const phaseNames = [
  "locate",
  "safety-point",
  "fence",
  "fetch",
  "stop",
  "place",
  "reconcile",
  "start",
  "verify",
  "open",
  "record",
] as const;

export const phaseNameSchema = z.enum(phaseNames);
export type PhaseName = z.infer<typeof phaseNameSchema>;
