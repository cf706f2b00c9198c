import { bucketResource, permissionGroups } from "../../components/offsite/token-permissions.ts";
import { accountTypes } from "../account-view.ts";
import { ofType } from "../declared.ts";
import { isRecord, list, property, shown, text } from "../property.ts";
import type { Finding, Rule } from "../rule.ts";
import { bucketsOf, useOf } from "./account.ts";

/** What each use needs, and no more. */
const needed = { host: permissionGroups.write, drill: permissionGroups.read } as const;

/** Whoever steals a machine has its key: that must be worth one bucket's free prefixes, and nothing of the account. */
export const tokensScoped: Rule = {
  name: "tokens-scoped",
  description: "A token reads or writes objects of one bucket of this stack; a drill's only reads.",
  check: (view) => {
    const buckets = bucketsOf(view).map(({ account, bucket, jurisdiction }) =>
      bucketResource(account, bucket, jurisdiction),
    );
    return ofType(view, accountTypes.token).flatMap(({ name, inputs }): readonly Finding[] => {
      const say = (sentence: string) => [{ resource: name, sentence }];
      const policies = list(inputs, "policies");
      const [policy] = policies;
      if (policies.length !== 1)
        return say(`policies: expected one, got ${policies.length}; make a token for each use`);
      const use = useOf(name);
      if (use === undefined)
        return say(
          "name: expected one that says host or drill and its generation, got another; make it by a BackupBucket",
        );
      const groups = list(policy, "permissionGroups").map((group) => property(group, "id"));
      const resources = keysOf(text(policy, "resources"));
      return [
        ...(property(policy, "effect") === "allow"
          ? []
          : say(
              `effect: expected "allow", got ${shown(property(policy, "effect"))}; allow what is needed, and nothing else`,
            )),
        ...(groups.length === 1 && groups[0] === needed[use]
          ? []
          : say(
              `permissionGroups: expected ["${needed[use]}"] for a ${use}, got ${shown(groups)}; give it no more than that`,
            )),
        ...(resources?.length === 1 && resources.every((resource) => buckets.includes(resource))
          ? []
          : say(
              `resources: expected one bucket of this stack, got ${resources === undefined ? "no JSON" : shown(resources)}; name that bucket alone`,
            )),
      ];
    });
  },
};

function keysOf(json: string): readonly string[] | undefined {
  try {
    const value = JSON.parse(json) as unknown;
    return isRecord(value) ? Object.keys(value) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
