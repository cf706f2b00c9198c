import type { StackView } from "../../../policies/stack-view.ts";
import type { SpoiltView } from "./spoilt-view.ts";

/** One way to break one rule, and all that is said about it. */
export interface RefusedCase {
  readonly rule: string;
  readonly spoil: (stack: SpoiltView) => void;
  readonly says: readonly string[];
  /** What is spoilt; a machine's stack when left out. */
  readonly of?: () => StackView;
  /** Rules that it breaks besides, of which nothing more is said here. */
  readonly alsoOf?: readonly string[];
}

/** Cases by title; each title goes before "is refused". */
export type RefusedCases = Readonly<Record<string, RefusedCase>>;
