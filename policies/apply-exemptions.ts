import type { Exemption } from "./exemptions.ts";
import type { Violation } from "./rule.ts";

/**
 * What is left of a stack's violations when its exemptions are taken away, with a violation for each exemption that has
 * expired, fits nothing, or gives no reason. `today` as `2027-01-31`.
 */
export function applyExemptions(
  found: readonly Violation[],
  exemptions: readonly Exemption[],
  at: { readonly stack: string; readonly today: string },
): readonly Violation[] {
  const held = exemptions.filter(({ stacks }) => stacks.includes(at.stack));
  const valid = held.filter((each) => isValid(each) && each.expires >= at.today);
  const left = found.filter((violation) => !valid.some((each) => covers(each, violation)));
  return [...left, ...held.flatMap((each) => complaints(each, found, at.today))];
}

function complaints(each: Exemption, found: readonly Violation[], today: string): readonly Violation[] {
  const complaint = (sentence: string) => [
    {
      rule: "exemptions",
      resource: each.resource,
      sentence: `exemption of ${each.resource} from ${each.rule}: ${sentence}`,
    },
  ];
  if (!isValid(each))
    return complaint(
      `expected a reason and a last day such as 2027-01-31, got ${JSON.stringify(each.reason)} and ${JSON.stringify(each.expires)}; complete it`,
    );
  if (!found.some((violation) => covers(each, violation)))
    return complaint("expected a violation that it covers, got none; remove it");
  if (each.expires < today)
    return complaint(
      `expected a last day that is not over, got ${each.expires}; fix the cause, or decide again`,
    );
  return [];
}

function isValid({ reason, expires }: Exemption): boolean {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(expires) && !Number.isNaN(Date.parse(expires));
  return day && reason.trim() !== "";
}

function covers(exemption: Exemption, violation: Violation): boolean {
  return exemption.rule === violation.rule && exemption.resource === violation.resource;
}
