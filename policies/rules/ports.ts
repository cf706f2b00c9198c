import { nginx } from "../../components/edge/nginx.ts";
import { ofType, swarmServices } from "../declared.ts";
import { list, property, shown } from "../property.ts";
import type { Rule } from "../rule.ts";

const edgePorts: readonly unknown[] = [80, 443];

/** One way in: everything else is reached through the edge, or over SSH. */
export const onlyEdgePublishes: Rule = {
  name: "only-edge-publishes",
  description: "Nothing publishes a port but the edge, on 80 and 443.",
  check: (view) => [
    ...swarmServices(view).flatMap(({ resource, service }) =>
      list(resource.inputs, "endpointSpec.ports")
        .map((port) => property(port, "publishedPort"))
        .filter((port) => service !== nginx.name || !edgePorts.includes(port))
        .map((port) => ({ resource: resource.name, sentence: refused(port) })),
    ),
    ...ofType(view, "docker:index/container:Container").flatMap((resource) =>
      list(resource.inputs, "ports").map((port) => ({
        resource: resource.name,
        sentence: refused(property(port, "external")),
      })),
    ),
  ],
};

function refused(port: unknown): string {
  return `published port: expected none but the edge's 80 and 443, got ${shown(port)}; route it through the edge`;
}
