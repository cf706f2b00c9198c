import { z } from "zod";
import { scenarioNames } from "../scenarios/scenario-name.ts";

const seconds = z.number().nonnegative();

/** One part of a drill. `of` names the part that it belongs to, as a restore's phases do; null for a part of the drill itself. */
const phase = z.strictObject({
  name: z.string(),
  at: z.iso.datetime(),
  seconds,
  by: z.enum(["machine", "person"]).describe("A person's waiting counts in no objective."),
  of: z.string().nullable(),
});
export type RecordedPhase = z.infer<typeof phase>;

const store = z.strictObject({
  store: z.string(),
  rpoSeconds: seconds.describe(
    "The age of the point that it was restored from, at the loss: the most that it can have lost.",
  ),
  objectiveSeconds: seconds.nullable().describe("What is promised; null where nothing is."),
});
export type RecordedStore = z.infer<typeof store>;

/** What one read of the stack's business check lost of the writes that customers were promised. */
const read = z.strictObject({
  read: z.string().describe("Its name, as the business check has it."),
  rpoSeconds: seconds.describe("From the first write that it lost to the last that was acknowledged."),
  lostWrites: z.number().int().nonnegative(),
  objectiveSeconds: seconds
    .nullable()
    .describe(
      "The strictest that is promised of any store: nobody outside knows which of them a read needs.",
    ),
});
export type RecordedRead = z.infer<typeof read>;

/** What somebody should do after a drill. Derived from its record and the one before, never written by hand: data, so that it can be told in any language. */
const recommendation = z.discriminatedUnion("code", [
  z.strictObject({ code: z.literal("mend"), problem: z.string() }),
  z.strictObject({ code: z.literal("declare-check") }).describe("No business check is declared."),
  z.strictObject({
    code: z.literal("not-verified"),
    store: z.string(),
    sentence: z.string(),
    coverage: z.string().nullable().describe("What of the store was read, where that is known."),
  }),
  z.strictObject({
    code: z.literal("near-limit"),
    objective: z.enum(["rpo", "rto"]),
    of: z.string().nullable().describe("The store or the read; null for the platform."),
    seconds,
    limitSeconds: seconds,
  }),
  z.strictObject({
    code: z.literal("slower"),
    phase: z.string(),
    seconds,
    beforeSeconds: seconds,
    before: z.string().describe("The drill that it is held against."),
  }),
  z.strictObject({
    code: z.literal("slowest"),
    phase: z.string(),
    seconds,
    ofSeconds: seconds.describe("All that the machines took."),
  }),
  z.strictObject({ code: z.literal("people-waited"), seconds, machineSeconds: seconds }),
  z.strictObject({ code: z.literal("late"), days: z.number().nonnegative(), afterDays: z.number() }),
]);
export type Recommendation = z.infer<typeof recommendation>;

/**
 * What the drill plan (B6.1) asks to be written down: did it succeed, how long did it really take, how much was lost, what went wrong,
 * what to do about it. Signed and kept for good, so a field is added, never renamed; another meaning is another version.
 */
export const drillRecordSchema = z.strictObject({
  version: z.literal(1),
  id: z.string().describe("Nobody else's."),
  scenario: z.enum(scenarioNames),
  stack: z.string().describe("The stack that was lost."),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  success: z.boolean(),
  rto: z.strictObject({
    seconds: seconds
      .nullable()
      .describe(
        "From the loss until customers were served again, without what people took; null when they never were.",
      ),
    personSeconds: seconds.describe("What people took of that time."),
    objectiveSeconds: seconds.nullable(),
  }),
  point: z.string().nullable().describe("The point that came back."),
  stores: z.array(store),
  reads: z
    .array(read)
    .nullable()
    .describe(
      "What became of the writes of the stack's business check, by each of its reads. Null where the stack declares none: then the canaries in its points alone prove the loss.",
    ),
  phases: z.array(phase),
  problems: z.array(z.string()).describe("Each reason why it is no success; empty when it is one."),
  unverified: z
    .array(z.strictObject({ store: z.string(), check: z.string(), sentence: z.string() }))
    .describe("What was not held against anything, or was accepted as it is."),
  coverage: z.array(z.strictObject({ store: z.string(), sentence: z.string() })),
  recommendations: z.array(recommendation),
});
export type DrillRecord = z.infer<typeof drillRecordSchema>;

/** A record before anything is derived from it. */
export type MeasuredDrill = Omit<DrillRecord, "recommendations">;
