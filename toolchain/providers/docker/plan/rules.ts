import { parseDuration } from "../duration.ts";
import type { Rule } from "../schema/field.ts";

/** Why a text breaks a rule, in the official plugin's words; `undefined` when it keeps it. */
export function brokenRule(rule: Rule, text: string): string | undefined {
  const reason = reasonFor(rule, text);
  // The official plugin says it twice, as summary and as detail.
  return reason === undefined ? undefined : `${reason}. ${reason}`;
}

function reasonFor(rule: Rule, text: string): string | undefined {
  if ("pattern" in rule) {
    return new RegExp(rule.pattern).test(text)
      ? undefined
      : `'${text}' doesn't match the pattern '${rule.pattern}'`;
  }
  if ("duration" in rule) {
    return parseDuration(text) === undefined ? `'${text}' is not a valid duration` : undefined;
  }
  if ("ratio" in rule) {
    const ratio = Number(text);
    return text.trim() !== "" && ratio >= 0 && ratio <= 1
      ? undefined
      : `'${text}' is not a ratio between 0 and 1`;
  }
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
  // Never the text itself: it may be a secret.
  return isBase64 ? undefined : "The value is not base64 of the standard alphabet";
}
