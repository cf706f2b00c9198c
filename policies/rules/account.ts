import { accountTypes, ofAccount, ofMachine } from "../account-view.ts";
import { ofType } from "../declared.ts";
import { property, shown, text } from "../property.ts";
import type { Finding, Rule } from "../rule.ts";
import type { StackView } from "../stack-view.ts";

/** A machine's stack is lost, destroyed and made anew; what brings its data back must not be in it. */
export const accountApart: Rule = {
  name: "account-apart",
  description: "What belongs to the account is in no stack of a machine: removing one touches nothing of it.",
  check: (view) =>
    ofMachine(view).length === 0
      ? []
      : ofAccount(view).map(({ name, type }) => ({
          resource: name,
          sentence: `${type}: expected it in the account's stack, got it beside a machine; declare it there`,
        })),
};

/** Types whose loss is the loss of what brings everything back. */
const kept: readonly string[] = [accountTypes.lock, accountTypes.lifecycle, accountTypes.record];

/** A bucket itself is held by `data-protected`. */
export const accountKept: Rule = {
  name: "account-kept",
  description:
    "Locks, lifecycles and records are protected, and a guard stops a destroy before it removes anything.",
  check: (view) => [
    ...view.resources
      .filter(({ type, protect }) => kept.includes(type) && !protect)
      .map(({ name, type }) => ({
        resource: name,
        sentence: `protect: expected true for ${type}, got false; give it protect: true`,
      })),
    ...(ofAccount(view).length === 0 || ofType(view, accountTypes.guard).some(({ protect }) => protect)
      ? []
      : [
          {
            resource: "stack",
            sentence: `guard: expected a protected ${accountTypes.guard}, got none; a destroy would remove every key pair before it comes to what is protected`,
          },
        ]),
  ],
};

/** A name moves when somebody decides it, never because a machine's address changed. */
export const recordsByTarget: Rule = {
  name: "records-by-target",
  description: "A record points where the account's targets say, and each target says since when.",
  check: (view) => {
    const targets = ofType(view, accountTypes.dnsRecords).flatMap(({ name, inputs }) =>
      Object.entries(property(inputs, "targets") ?? {}).map(([key, target]) => ({
        record: `${name}-${key}`,
        address: property(target, "address"),
        at: property(target, "at"),
      })),
    );
    return ofType(view, accountTypes.record).flatMap(({ name, inputs }): readonly Finding[] => {
      const target = targets.find(({ record }) => record === name);
      const content = property(inputs, "content");
      if (target === undefined || target.address !== content)
        return [
          {
            resource: name,
            sentence: `content: expected the address of its target, ${shown(target?.address)}, got ${shown(content)}; move it by its target alone`,
          },
        ];
      return !/^\d{8}T\d{6}Z$/.test(text(target, "at"))
        ? [
            {
              resource: name,
              sentence: `target: expected the instant since when it points there, got ${shown(target.at)}; write it`,
            },
          ]
        : [];
    });
  },
};

/** Whom a token may be for: the use in its resource's name. */
const uses = /-(host|drill)-\d+-token$/;

/** What a token of an account that anybody may hold may do at most. */
export function useOf(name: string): "host" | "drill" | undefined {
  const [, use] = uses.exec(name) ?? [];
  return use === "host" || use === "drill" ? use : undefined;
}

/** The buckets that a stack declares, as tokens name them. */
export function bucketsOf(
  view: StackView,
): readonly { readonly account: string; readonly bucket: string; readonly jurisdiction: string }[] {
  return ofType(view, accountTypes.bucket).map(({ inputs }) => ({
    account: text(inputs, "accountId"),
    bucket: text(inputs, "name"),
    jurisdiction: text(inputs, "jurisdiction") || "default",
  }));
}
