import * as pulumi from "@pulumi/pulumi";
import type { Backups } from "./agent/backups.ts";
import type { Lineage } from "./agent/lineage.ts";
import type { StackConfig } from "./config/load.ts";
import type { Edge } from "./edge/edge.ts";
import type { Host } from "./host/host.ts";
import { type StackOutputs, stackOutputsSchema } from "../contract/outputs.ts";
import type { Services } from "./services/services.ts";

/** The stack's outputs, checked against the schema that the operator's commands read them with; what comes next is known once it ran. */
export function stackOutputs(
  stack: string,
  config: StackConfig,
  made: {
    readonly host: Host;
    readonly services: Services;
    readonly edge: Edge;
    readonly lineage: Lineage;
    readonly backups: Backups;
  },
): Omit<StackOutputs, "host" | "next"> & {
  readonly host: pulumi.Output<StackOutputs["host"]>;
  readonly next: pulumi.Output<string | null>;
} {
  const { port, user, address } = made.host.machine;
  const host = pulumi
    .all([address, made.host.identity])
    .apply(([address, hostKey]) => stackOutputsSchema.shape.host.parse({ address, port, user, hostKey }));
  const known = stackOutputsSchema.omit({ host: true, next: true }).parse({
    version: 2,
    stack,
    edge: { serverName: config.edge.serverName, ...made.edge.ports },
    services: [...made.services.all, made.edge.service].map(({ name, kind, image, replicas }) => ({
      name,
      kind,
      image,
      replicas,
    })),
    off: [...config.off],
    offsite: config.offsite,
    backups: made.backups.schedule,
    closed: config.closed,
  } satisfies Omit<StackOutputs, "host" | "next">);
  return { ...known, host, next: made.lineage.next };
}
