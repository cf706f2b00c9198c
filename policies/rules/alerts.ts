import { parse } from "yaml";
import { ofType, swarmServices } from "../declared.ts";
import { isRecord, list, shown, text } from "../property.ts";
import type { Finding, Rule } from "../rule.ts";
import type { StackView } from "../stack-view.ts";

const levels: ReadonlySet<string> = new Set(["SEV1", "SEV2", "SEV3"]);

/** One alert, and the file that declares it. */
interface DeclaredAlert {
  readonly resource: string;
  readonly name: string;
  readonly rule: unknown;
}

/** Whoever is woken must know how fast to answer, and what to do. */
export const alertsActionable: Rule = {
  name: "alerts-actionable",
  description:
    "Every alert has a level, says what it is about, and names its runbook; Prometheus has alerts.",
  check: (view) => {
    const alerts = declaredAlerts(view);
    const watched = swarmServices(view).find(({ service }) => service === "prometheus");
    return [
      ...(watched !== undefined && alerts.length === 0
        ? [
            {
              resource: watched.resource.name,
              sentence: "alerts: expected rule files, got none; it would watch and tell nobody",
            },
          ]
        : []),
      ...alerts.flatMap(unactionable),
    ];
  },
};

function unactionable({ resource, name, rule }: DeclaredAlert): readonly Finding[] {
  const severity = text(rule, "labels.severity");
  const runbook = text(rule, "annotations.runbook");
  const wanted = `docs/runbooks/${name}.md`;
  const sentences = [
    ...(levels.has(severity)
      ? []
      : [`${name}: severity: expected SEV1, SEV2 or SEV3, got ${shown(severity)}; routing follows it`]),
    ...["summary", "description"]
      .filter((key) => text(rule, `annotations.${key}`) === "")
      .map((key) => `${name}: ${key}: expected a sentence, got nothing; people read it at night`),
    ...(runbook === wanted
      ? []
      : [`${name}: runbook: expected ${wanted}, got ${shown(runbook)}; write it there`]),
  ];
  return sentences.map((sentence) => ({ resource, sentence }));
}

function declaredAlerts(view: StackView): readonly DeclaredAlert[] {
  return ofType(view, "docker:index/serviceConfig:ServiceConfig").flatMap(({ name: resource, inputs }) =>
    list(ruleFile(text(inputs, "data")), "groups").flatMap((group) =>
      list(group, "rules").flatMap((rule) => {
        const name = text(rule, "alert");
        return name === "" ? [] : [{ resource, name, rule }];
      }),
    ),
  );
}

/** The rules in a service's file; nothing when it is a file of another kind. */
function ruleFile(data: string): unknown {
  const content = Buffer.from(data, "base64").toString();
  if (!/^\s*("?groups"?:|\{\s*"groups":|#[^]*?\ngroups:)/.test(content)) return undefined;
  const parsed: unknown = parse(content);
  return isRecord(parsed) ? parsed : undefined;
}
