/** One difference between what a store should hold and what it holds. */
export interface Finding {
  /** Stable, and nobody else's: store, family and path, such as `redis: keys: database/0/string`. What `--accept` names. */
  readonly name: string;
  /** What is wanted, what was found. */
  readonly sentence: string;
}

/** Findings apart: those that a person has accepted by name, and those that count. */
export interface Judged {
  readonly open: readonly Finding[];
  readonly accepted: readonly Finding[];
  /** Names that were given and that no finding has: a misspelt one must not pass for an acceptance. */
  readonly unused: readonly string[];
}

/**
 * Tells accepted findings from the others. A name accepts the finding that is called so, and a family (`redis: keys`) all findings
 * of that family; nothing shorter than a family accepts anything. Pure.
 */
export function acceptFindings(findings: readonly Finding[], names: readonly string[]): Judged {
  const accepts = (name: string, finding: Finding): boolean =>
    finding.name === name || (isFamily(name) && finding.name.startsWith(`${name}: `));
  const isAccepted = (finding: Finding): boolean => names.some((name) => accepts(name, finding));
  return {
    open: findings.filter((finding) => !isAccepted(finding)),
    accepted: findings.filter(isAccepted),
    unused: names.filter((name) => !findings.some((finding) => accepts(name, finding))),
  };
}

/** `store: kind`; a store's name alone would accept whatever is wrong with it. */
function isFamily(name: string): boolean {
  return /^[^:]+: [^:]+$/.test(name);
}
