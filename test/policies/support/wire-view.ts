import { nginx } from "../../../components/edge/nginx.ts";
import { catalog } from "../../../catalog/catalog.ts";
import type { TrialSettings, TrialStack } from "../../../operator/policy/trial-stack.ts";
import { isRecord } from "../../../policies/property.ts";
import type { DeclaredResource, StackView } from "../../../policies/stack-view.ts";
import type { Declared } from "../../components/support/program.ts";

/** Marks a secret on the wire. */
const secretMark = "1b47061264138c4ac30d75fd1eb44270";

/** What the program declared without an engine, as the rules want it: secrets unwrapped, their places known. */
export function wireView(
  trial: TrialSettings & Pick<TrialStack, "images">,
  declared: readonly Declared[],
): StackView {
  return {
    stack: trial.stack,
    resources: declared.map(resource),
    catalog: [...catalog, nginx],
    images: trial.images,
    secretValues: trial.secrets,
  };
}

function resource({ type, name, inputs, protect }: Declared): DeclaredResource {
  const secretPaths = new Set<string>();
  return {
    type,
    name,
    protect,
    secretPaths,
    inputs: unwrap(inputs, [], secretPaths) as Record<string, unknown>,
  };
}

function unwrap(value: unknown, path: readonly string[], secretPaths: Set<string>): unknown {
  if (Array.isArray(value))
    return value.map((each, index) => unwrap(each, [...path, String(index)], secretPaths));
  if (!isRecord(value)) return value;
  if (Object.values(value).includes(secretMark)) {
    secretPaths.add(path.join("."));
    return unwrap(value["value"], path, secretPaths);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, unwrap(inner, [...path, key], secretPaths)]),
  );
}
