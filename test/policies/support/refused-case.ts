import type { SpoiltView } from "./spoilt-view.ts";

/** One way to break one rule, and all that is said about it. */
export interface RefusedCase {
  readonly rule: string;
  readonly spoil: (stack: SpoiltView) => void;
  readonly says: readonly string[];
}

/** Cases by title; each title goes before "is refused". */
export type RefusedCases = Readonly<Record<string, RefusedCase>>;
