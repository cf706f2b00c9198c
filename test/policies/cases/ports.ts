import type { RefusedCases } from "../support/refused-case.ts";

/** How the rules about published ports are broken. */
export const portsCases: RefusedCases = {
  "a store that publishes a port": {
    rule: "only-edge-publishes",
    spoil: (stack) => stack.inputs("store-service").set("endpointSpec.ports", [{ publishedPort: 80 }]),
    says: [
      "store-service: published port: expected none but the edge's 80 and 443, got 80; route it through the edge",
    ],
  },
  "an edge that publishes another port": {
    rule: "only-edge-publishes",
    spoil: (stack) => stack.inputs("nginx-service").set("endpointSpec.ports.2", { publishedPort: 8080 }),
    says: [
      "nginx-service: published port: expected none but the edge's 80 and 443, got 8080; route it through the edge",
    ],
  },
};
