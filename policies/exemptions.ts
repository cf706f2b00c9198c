/** One breach that is known and borne for a while. */
export interface Exemption {
  readonly rule: string;
  readonly resource: string;
  /** The stacks it holds for. */
  readonly stacks: readonly string[];
  /** Why it is borne, and what ends it. */
  readonly reason: string;
  /** The last day it holds, as `2027-01-31` (UTC). */
  readonly expires: string;
}

/** What is borne at present. One that has expired, or that nothing needs any more, is a violation itself. */
export const exemptions: readonly Exemption[] = [];
