import { readFileSync } from "node:fs";
import type { PlatformFacts, ServiceDefinition } from "../../catalog/definition.ts";

/**
 * The files that a service gets beside its image: path in the container → content. Throws for a definition with generated files
 * where the facts are not given.
 */
export function deliveredFiles(
  { name, files = {}, generated = {} }: ServiceDefinition,
  facts: PlatformFacts | undefined,
): [path: string, content: Buffer][] {
  const made = Object.entries(generated).map(([path, make]): [string, Buffer] => {
    if (facts === undefined) throw new Error(`${name}: ${path} is made of the platform's facts; give them`);
    return [path, Buffer.from(make(facts))];
  });
  return [
    ...Object.entries(files).map(([path, file]): [string, Buffer] => [path, readFileSync(file)]),
    ...made,
  ];
}
