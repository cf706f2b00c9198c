import { PolicyPack, type ResourceValidationArgs, type StackValidationPolicy } from "@pulumi/policy";
import { nginx } from "../components/edge/nginx.ts";
import { catalog } from "../catalog/catalog.ts";
import { applyExemptions } from "./apply-exemptions.ts";
import { exemptions } from "./exemptions.ts";
import { knownInputs } from "./known-inputs.ts";
import { violations } from "./rule.ts";
import { allRules } from "./rules/all.ts";
import type { DeclaredResource, StackView } from "./stack-view.ts";

/** Everything that the engine has shown so far: the rules look at a whole stack, and at inputs rather than outputs. */
const seen = new Map<string, DeclaredResource>();

function remember({ urn, type, name, props, opts }: ResourceValidationArgs): void {
  // The engine hands secrets over unwrapped, without their marks: `secrets-marked` is for the tests of the program.
  seen.set(urn, { type, name, inputs: knownInputs(props), protect: opts.protect, secretPaths: null });
}

function view(): StackView {
  const [urn = ""] = seen.keys();
  const stack = urn.split(":")[2] ?? "";
  const resources = [...seen.values()];
  return { stack, resources, catalog: [...catalog, nginx], images: null, secretValues: {} };
}

/** The rules' own policies, and one for exemptions that are over or idle. */
const policies: readonly StackValidationPolicy[] = [
  ...allRules,
  { name: "exemptions", description: "Every exemption has a reason, has not expired, and covers something." },
].map(({ name, description }) => ({
  name,
  description,
  enforcementLevel: "mandatory",
  validateStack: (_, report) => {
    const stack = view();
    const today = new Date().toISOString().slice(0, 10);
    const left = applyExemptions(violations(allRules, stack), exemptions, { stack: stack.stack, today });
    for (const { rule, sentence } of left) if (rule === name) report(sentence);
  },
}));

new PolicyPack("kaleem", {
  policies: [
    {
      name: "remember",
      description: "Shows every resource to the rules; refuses nothing.",
      enforcementLevel: "mandatory",
      validateResource: remember,
    },
    ...policies,
  ],
});
