import type { ServiceDefinition, StatelessDefinition } from "./definition.ts";

/** Whether a service serves customers and works on the stores: such a one does not run while the platform is closed. */
export function isApplication(definition: ServiceDefinition): definition is StatelessDefinition {
  return definition.kind === "stateless" && definition.runsClosed !== true;
}
