/** A Pulumi command that did not succeed. The message holds every error it reported, never a secret. */
export class PulumiError extends Error {
  /** It was told to stop (^C); what was under way may be half done, and the next run goes on from there. */
  readonly interrupted: boolean;

  constructor(message: string, interrupted = false) {
    super(message);
    this.name = "PulumiError";
    this.interrupted = interrupted;
  }
}

/** Pulumi's known complaints, and what to do about them. */
const explanations: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [/incorrect passphrase/, "The passphrase file is not the one that the stack file was encrypted with."],
  [
    /the stack is currently locked/,
    "Another command works on this stack; wait for it. If none does, remove the lock file named above.",
  ],
  [/no stack named|StackNotFound/, "There is no state for this stack; npm run up makes it."],
];

/** The text with, for each complaint that is known, a sentence of advice behind it. */
export function explain(text: string): string {
  const advice = explanations.filter(([pattern]) => pattern.test(text)).map(([, sentence]) => sentence);
  return [text, ...advice].join("\n");
}
