import { z } from "zod";

/** What to do about a value that does not fit, completing "expected …, got …; "; undefined when there is nothing to add. */
export type Judge = (value: string) => string | undefined;

/**
 * A text that is judged by what it means. `expectation` completes "expected …" and is the title under which editors and
 * docs/config.md show what to write; `pattern` is what an editor can check of it; `judge` says what is wrong beyond that, and the
 * right form where there is one. A text that the judge has something to say of is refused, whatever the pattern says.
 */
export function judgedText<T extends string>(
  pattern: RegExp,
  expectation: string,
  judge: Judge = () => undefined,
): z.ZodType<T, T> {
  const error = `expected ${expectation}`;
  return z
    .string({ error })
    .superRefine((value, context) => {
      const advice = judge(value);
      if (advice === undefined && pattern.test(value)) return;
      context.addIssue({
        code: "custom",
        message: error,
        ...(advice === undefined ? {} : { params: { advice } }),
      });
    })
    .meta({ title: expectation, pattern: pattern.source }) as unknown as z.ZodType<T, T>;
}

/** The first advice that any of them has. */
export function firstOf(...judges: readonly Judge[]): Judge {
  return (value) => {
    for (const judge of judges) {
      const advice = judge(value);
      if (advice !== undefined) return advice;
    }
    return undefined;
  };
}
