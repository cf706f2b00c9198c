/** A word that is a truth value to readers of YAML 1.1, and a text to the others. */
export function isWord(written: string): boolean {
  return /^(y|yes|n|no|on|off)$/i.test(written);
}

/**
 * What is expected in place of an unquoted value that readers of YAML take differently, and how to write it; undefined when all
 * agree. `value` is what YAML 1.2 makes of it. Pure.
 * @param isInFlow between brackets or braces, where a question mark ends a text for some readers
 */
export function plainProblem(
  written: string,
  value: unknown,
  isInFlow = true,
): { expected: string; advice: string } | undefined {
  const quoted = `${JSON.stringify(written)} if a text is meant`;
  const digits = written.replaceAll("_", "");
  const say = (expected: string, advice: string) => ({ expected, advice });
  if (value === null) return say("a value", `write one, or take the key out`);
  if (/^[:?]/.test(written) || (isInFlow && written.includes("?")))
    return say("a text in quotes", `write ${quoted}`);
  if (isWord(written))
    return say(
      "true or false, or a text in quotes",
      `write ${/^(y|yes|on)$/i.test(written) ? "true" : "false"}, or ${quoted}`,
    );
  if (/^[-+]?0[\d_]+$/.test(written))
    return say(
      "a number without zeros before it, which make it octal to some",
      `write ${Number(digits)}, or ${quoted}`,
    );
  if (/^[-+]?0[xob][\da-f_]+$/i.test(written)) return say("a decimal number", `write one, or ${quoted}`);
  if (written !== digits && /^([-+]|[\d.])/.test(written) && Number.isFinite(Number(digits)))
    return say("a number without _", `write ${digits}, or ${quoted}`);
  if (/^[-+]?\d+(:[0-5]?\d)+(\.\d*)?$/.test(written))
    return say("a text in quotes, since some read a number of base 60", `write ${quoted}`);
  if (/^\d{4}-\d{1,2}-\d{1,2}([Tt ].*)?$/.test(written))
    return say("a text in quotes, since some read a date", `write ${quoted}`);
  if (/^[-+]?\.(inf|nan)$/i.test(written)) return say("a number", `write one, or ${quoted}`);
  if (/^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(written) && !isExact(written))
    return say("a number of 15 digits or less", `write fewer, or ${quoted}`);
  return undefined;
}

/** Not every reader has more than 53 bits for a number, and none rounds as another does. */
function isExact(source: string): boolean {
  const value = Number(source);
  if (Number.isNaN(value)) return true;
  const digits = source.replace(/e.*$/i, "").replace(/[-+.]/g, "").replace(/^0+/, "");
  return (
    Number.isFinite(value) && digits.length <= 15 && (value !== 0 || digits === "") && Math.abs(value) < 1e15
  );
}
