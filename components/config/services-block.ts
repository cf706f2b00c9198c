import { z } from "zod";
import { type ServiceDefinition, isApplication } from "../../catalog/definition.ts";
import { type ByteSize, bytes } from "../../catalog/quantities.ts";
import * as field from "./fields.ts";

/** No machine that this is for has more. */
const mostMemory: ByteSize = "1024GiB";

/** What a replica may have, where `least` is what its service needs to start at all. */
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
  memory: memory("4MiB"),
  cpus: field.cpus.describe("Most CPU time that one replica may have."),
});
const stateless = stateful.extend({
  replicas: field.replicas.describe(
    "How many run at once. Only applications have a choice; each store and each part of monitoring has one.",
  ),
});

/** A service that may be left out has two keys more. What serves no customer, monitoring, is there once as a store is. */
function slice(definition: ServiceDefinition) {
  const { optional } = definition;
  const least = `${Math.ceil(bytes(definition.limits.memory) / 4 / 2 ** 20)}MiB` as const;
  const why = `: a quarter of the ${definition.limits.memory} that the catalog gives ${definition.name}`;
  const shape = (isApplication(definition) ? stateless : stateful).extend({ memory: memory(least, why) });
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

/** The services' block: what each definition of the catalog lets the stack file decide. The edge has its own block and one replica. */
export function services(catalog: readonly ServiceDefinition[]) {
  const slices = catalog.map((definition) => [
    definition.name,
    slice(definition).describe(`What ${definition.name} may use.`),
  ]) as [string, typeof stateful | typeof stateless][];
  return z.strictObject(Object.fromEntries(slices)).describe("What each service of the catalog may use.");
}
