import { z } from "zod";

/**
 * The phases of a restore, in their order. Writers are closed before the safety point: what is acknowledged after a point would be in
 * no point. Earlier versions closed after it, see `Run` for their journals.
 */
export const phaseNames = [
  "locate",
  "close",
  "safety-point",
  "fetch",
  "stop",
  "place",
  "reset-users",
  "start",
  "prove",
  "verify",
  "open",
  "record",
] as const;

/** What journals and reports of earlier versions call a phase. */
const formerly: Readonly<Record<string, string>> = { fence: "close", reconcile: "reset-users" };

export type PhaseName = (typeof phaseNames)[number];
/** Reads a phase by its name of today, or by its former one: a restore that an earlier version began can be gone on with. */
export const phaseNameSchema = z.preprocess(
  (name) => (typeof name === "string" ? (formerly[name] ?? name) : name),
  z.enum(phaseNames),
);
