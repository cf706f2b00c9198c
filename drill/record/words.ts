import type { Recommendation, RecordedPhase } from "./drill-record.ts";

/** The languages of a record. */
export const languages = ["ar", "en"] as const;
export type Language = (typeof languages)[number];

/** A record's words in one language. Names, paths, commands and what the tools said stay as they are. */
export interface RecordWords {
  readonly language: Language;
  readonly direction: "rtl" | "ltr";
  /** The language's own name, for the link to it. */
  readonly own: string;
  readonly title: (stack: string) => string;
  readonly passed: string;
  readonly failed: string;
  readonly headings: Readonly<
    Record<
      | "facts"
      | "problems"
      | "recommendations"
      | "stores"
      | "reads"
      | "timeline"
      | "unverified"
      | "coverage"
      | "demands",
      string
    >
  >;
  readonly facts: Readonly<
    Record<"scenario" | "stack" | "started" | "finished" | "rto" | "people" | "point" | "record", string>
  >;
  readonly columns: Readonly<
    Record<"store" | "read" | "rpo" | "limit" | "lost" | "phase" | "at" | "took" | "by", string>
  >;
  readonly none: string;
  readonly notReached: string;
  readonly nothingPromised: string;
  /** In the place of what reads lost, where nothing was written. */
  readonly noCheck: string;
  readonly by: Readonly<Record<RecordedPhase["by"], string>>;
  /** A span, as a person reads it. */
  readonly span: (seconds: number) => string;
  readonly ofLimit: (span: string, limit: string) => string;
  /** A phase's name; itself where it has no word here. */
  readonly phase: (name: string) => string;
  readonly recommendation: (recommendation: Recommendation) => string;
}
