import type { RefusedCases } from "../support/refused-case.ts";
import type { SpoiltView } from "../support/spoilt-view.ts";

/** Changes a part of the rule file, which Swarm gets in base64. */
function replaceInRules(stack: SpoiltView, part: string, by: string): void {
  const inputs = stack.view.resources.find(({ name }) => name === "prometheus-rules")?.inputs;
  const content = Buffer.from(String(inputs?.["data"]), "base64").toString();
  if (!content.includes(part)) throw new Error(`the rules do not hold ${part}`);
  stack.inputs("prometheus-rules").set("data", Buffer.from(content.replace(part, by)).toString("base64"));
}

/** How the rule about alerts is broken. */
export const alertsCases: RefusedCases = {
  "an alert of no level": {
    rule: "alerts-actionable",
    spoil: (stack) => replaceInRules(stack, "severity: SEV1", "severity: critical"),
    says: [
      'prometheus-rules: StoreDown: severity: expected SEV1, SEV2 or SEV3, got "critical"; routing follows it',
    ],
  },
  "an alert without its runbook": {
    rule: "alerts-actionable",
    spoil: (stack) => replaceInRules(stack, "docs/runbooks/StoreDown.md", "docs/runbooks/Other.md"),
    says: [
      'prometheus-rules: StoreDown: runbook: expected docs/runbooks/StoreDown.md, got "docs/runbooks/Other.md"; write it there',
    ],
  },
  "an alert that says nothing": {
    rule: "alerts-actionable",
    spoil: (stack) => replaceInRules(stack, "summary: a store is down", "title: x"),
    says: ["prometheus-rules: StoreDown: summary: expected a sentence, got nothing; people read it at night"],
  },
  "a Prometheus without alerts": {
    rule: "alerts-actionable",
    spoil: (stack) => {
      stack.inputs("store-service").set("name", "prometheus");
      stack.inputs("prometheus-rules").set("data", Buffer.from("x").toString("base64"));
      stack.whole.set("catalog.0.name", "prometheus");
      stack.inputs("agent-config").replace("stdin", '["store"]', '["prometheus"]');
    },
    says: ["store-service: alerts: expected rule files, got none; it would watch and tell nobody"],
  },
};
