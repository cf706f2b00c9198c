import { z } from "zod";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import { isApplication } from "../../catalog/is-application.ts";
import * as field from "./fields.ts";

/** What a service with one replica may use. */
export const stateful = z.strictObject({
  memory: field.byteSize.describe(
    "Memory limit of one replica; a replica that exceeds it is killed and restarted.",
  ),
  cpus: field.cpus.describe("CPU limit of one replica."),
});
const stateless = stateful.extend({
  replicas: field.replicas.describe(
    "How many run at once. Only applications have a choice; each store and each part of monitoring has one.",
  ),
});

/** A service that may be left out has two keys more. What serves no customer, monitoring, is there once as a store is. */
function slice(definition: ServiceDefinition) {
  const { optional } = definition;
  const shape = isApplication(definition) ? stateless : stateful;
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
        "Why it is switched off, shown by `npm run status`; `npm run up` writes it when an image is not available.",
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
