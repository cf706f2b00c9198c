import type { StackView } from "./stack-view.ts";

/** One breach of one rule by one resource. */
export interface Violation {
  readonly rule: string;
  /** A resource's logical name, a service of the catalog, or `stack` for what is missing as a whole. */
  readonly resource: string;
  /** Where — what — got — do. Never holds a secret. */
  readonly sentence: string;
}

/** What a rule says against a resource; `sentence` goes without the resource's name. */
export interface Finding {
  readonly resource: string;
  readonly sentence: string;
}

/** One promise about every stack. Pure: the same view gives the same findings, in the same order. */
export interface Rule {
  /** Kebab-case; exemptions and the engine refer to it. */
  readonly name: string;
  readonly description: string;
  readonly check: (view: StackView) => readonly Finding[];
}

/** Everything that breaks these rules. */
export function violations(rules: readonly Rule[], view: StackView): readonly Violation[] {
  return rules.flatMap(({ name, check }) =>
    check(view).map(({ resource, sentence }) => ({
      rule: name,
      resource,
      sentence: `${resource}: ${sentence}`,
    })),
  );
}
