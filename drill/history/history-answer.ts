import { z } from "zod";
import type { JudgedHistory } from "./judge-history.ts";

/** What `./kaleem drill --verify --json` answers. */
export const historyAnswer = z.strictObject({
  stack: z.string(),
  sound: z.boolean(),
  entries: z.array(
    z.strictObject({
      file: z.string(),
      id: z.string(),
      scenario: z.string(),
      finishedAt: z.iso.datetime(),
      success: z.boolean(),
      rtoSeconds: z.number().nullable(),
      signer: z.string().nullable().describe("Null where nobody signed it who may."),
    }),
  ),
  findings: z.array(
    z.strictObject({
      file: z.string().describe("The entry, or the one that is missing."),
      kind: z.enum(["empty", "missing", "altered", "signature", "chain", "foreign", "order", "stray"]),
      sentence: z.string(),
    }),
  ),
});
export type HistoryAnswer = z.infer<typeof historyAnswer>;

/** A judged history as an answer. Pure. */
export function answerHistory(stack: string, { entries, findings }: JudgedHistory): HistoryAnswer {
  return {
    stack,
    sound: findings.length === 0,
    entries: entries.map(({ file, entry: { record }, signer }) => ({
      file,
      id: record.id,
      scenario: record.scenario,
      finishedAt: record.finishedAt,
      success: record.success,
      rtoSeconds: record.rto.seconds,
      signer,
    })),
    findings: [...findings],
  };
}

/** A line an entry, then what is wrong. Pure. */
export function renderHistory({ stack, sound, entries, findings }: HistoryAnswer): string {
  return [
    ...entries.map(({ file, finishedAt, scenario, success, rtoSeconds, signer }) => {
      const rto = rtoSeconds === null ? "RTO not reached" : `RTO ${rtoSeconds.toFixed(0)} s`;
      return `  ${success ? "✓" : "✗"} ${file}  ${finishedAt}  ${scenario}, ${rto}, ${signer === null ? "SIGNED BY NOBODY WHO MAY" : `signed by ${signer}`}`;
    }),
    ...findings.map(({ file, sentence }) => `  ✗ ${file}: ${sentence}`),
    sound
      ? `${stack}: ${entries.length} drills, each signed, none missing or altered`
      : `${stack}: THE HISTORY OF DRILLS IS NOT SOUND`,
  ].join("\n");
}
