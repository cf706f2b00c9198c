import type { BusinessCall } from "../../contract/business-check.ts";
import type { EdgeRequest } from "./edge-client.ts";
import { valueAt } from "./json-path.ts";
import { fill, fillJson, fillPath, fillValue, type TemplateValues } from "./template.ts";

/** The request that a declared call comes to. Pure. */
export function callOf(call: BusinessCall, values: TemplateValues): EdgeRequest {
  const headers = Object.entries(call.headers).map(([name, text]) => [name, fill(text, values)]);
  return {
    method: call.method,
    path: fillPath(call.path, values),
    headers: Object.fromEntries(headers) as Record<string, string>,
    ...(call.body === undefined ? {} : { body: JSON.stringify(fillJson(call.body, values)) }),
  };
}

/** Where an answer is not what it has to be, a sentence's part each; empty when it is. Numbers and their texts are equal. Pure. */
export function differences(
  equals: Readonly<Record<string, string>>,
  body: unknown,
  values: TemplateValues,
): string[] {
  return Object.entries(equals).flatMap(([path, text]) => {
    const wanted = fillValue(text, values);
    const got = valueAt(path, body);
    const shown = typeof got === "string" || got === undefined ? got : JSON.stringify(got);
    if (shown === String(wanted)) return [];
    return [
      `${path} is ${got === undefined ? "missing" : JSON.stringify(got)}, not ${JSON.stringify(wanted)}`,
    ];
  });
}
