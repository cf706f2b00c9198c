import { z } from "zod";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import { type ByteSize, bytes } from "../../catalog/quantities.ts";
import * as field from "./fields.ts";

/** No machine that this is for has more. */
const mostMemory: ByteSize = "1024GiB";

/** What one replica of a service may have, where `least` is what its service needs to start at all. */
function memory(least: ByteSize, why?: string) {
  return field
    .byteSize(least, mostMemory, why)
    .describe(
      "Most memory that one replica may have; beyond it the replica is killed and started again. " +
        "No less than a quarter of what the catalog gives the service.",
    );
}

/** What a service with one replica may use. */
export const stateful = z.strictObject({
  memory: memory("6MiB"),
  cpus: field.cpus.describe("Most CPU time that one replica may have."),
});

/** A service that may be left out has two keys more. Each store, and each part of monitoring, is there once. */
function slice(definition: ServiceDefinition) {
  const { optional } = definition;
  const least = `${Math.ceil(bytes(definition.limits.memory) / 4 / 2 ** 20)}MiB` as const;
  const why = `: a quarter of the ${definition.limits.memory} that the catalog gives ${definition.name}`;
  const shape = stateful.extend({ memory: memory(least, why) });
  if (optional === undefined) return shape;
  return shape.extend({
    enabled: field.flag
      .default(optional.enabledByDefault)
      .describe(
        "Whether it runs at all. While it is switched off it keeps its data, which new recovery points do not contain.",
      ),
    offBecause: field.reason
      .optional()
      .describe(
        "Why it is switched off, shown by `./kaleem status`; `./kaleem up` writes it when an image is not available.",
      ),
  });
}

/** The services' block: what each of the platform's definitions lets the stack file decide. The edge has its own block and one replica. */
export function services(catalog: readonly ServiceDefinition[]) {
  const slices = catalog.map((definition) => [
    definition.name,
    slice(definition).describe(`What ${definition.name} may use.`),
  ]) as [string, typeof stateful][];
  return z
    .strictObject(Object.fromEntries(slices))
    .describe("What each of the platform's own services may use; applications say so themselves.");
}
