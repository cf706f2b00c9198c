import type { Sample } from "./metrics.ts";

/** A series that only ever grows, until what counts it starts anew. */
export function counter(
  name: string,
  help: string,
  labels: Readonly<Record<string, string>>,
  value: number,
): Sample {
  return { name, help, labels, value, family: { type: "counter", name } };
}
